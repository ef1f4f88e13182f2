//! Markdown for a comment on a change or a job's summary: GitHub's and GitLab's dialect.
//!
//! Text from outside is put in code or escaped, so that it cannot become markup, a link, an image
//! or a mention of a person.

use std::io::{self, Write};

use plimsoll_model::{Outcome, Report};

use crate::view::{Group, Level, View, age_words, counted, fix_words, named, place_words};
use crate::{OutputFormat, WriteError, WriteOptions};

mod escape;

pub(crate) use escape::{cell, code, plain};

/// Most rows of one table; hosts cut comments off at 65,536 characters.
const ROWS_MAX: usize = 100;

pub struct Markdown;

impl OutputFormat for Markdown {
    fn id(&self) -> &'static str {
        "markdown"
    }

    fn describe(&self) -> &'static str {
        "Markdown: for comments on a change and summaries of a job"
    }

    fn mime(&self) -> &'static str {
        "text/markdown"
    }

    fn extension(&self) -> &'static str {
        "md"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        page(&View::new(report), options, &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

fn page(view: &View<'_>, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    head(view, out)?;
    reasons(view, out)?;
    let groups = view.groups();
    let (minded, others): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .partition(|group| group.level >= Level::Warning);
    if !minded.is_empty() {
        writeln!(out, "### What the policy minds\n")?;
        findings(view, &minded, options, out)?;
    }
    let (excepted, others): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|group| group.level == Level::Excepted);
    folded(view, "What it does not mind", &others, options, out)?;
    folded(view, "Excepted", &excepted, options, out)?;
    compliance(view, out)?;
    unknowns(view, out)?;
    foot(view, options, out)
}

fn head(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = view.report;
    let target = &report.inventory.target;
    let mark = match report.verdict.as_ref().map(|verdict| verdict.outcome) {
        Some(Outcome::Deny) => "❌ Denied",
        Some(Outcome::Warn) => "⚠️ Allowed with warnings",
        Some(Outcome::Allow) => "✅ Allowed",
        None => "Scanned",
    };
    writeln!(out, "## {mark}: {}\n", code(&target.name))?;
    let counts = view.counts();
    let said = counts.iter().filter(|(_, count)| *count > 0);
    let said: Vec<String> = said
        .map(|(severity, n)| format!("**{n}** {severity}"))
        .collect();
    let found = if said.is_empty() {
        "Nothing found".to_owned()
    } else {
        said.join(", ")
    };
    let mut rest = vec![view.size_words()];
    if !report.inventory.layers.is_empty() {
        rest.push(counted(report.inventory.layers.len(), "layer", "layers"));
    }
    if let Some(os) = &target.os {
        rest.push(plain(&os.display()));
    }
    writeln!(out, "{found} in {}.\n", rest.join(", "))
}

fn reasons(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(verdict) = &view.report.verdict else {
        return Ok(());
    };
    let whole: Vec<_> = verdict
        .reasons
        .iter()
        .filter(|r| r.finding.is_none())
        .collect();
    for reason in &whole {
        let (mode, rule) = (reason.mode.as_str(), code(&reason.rule));
        writeln!(out, "- {mode}: {rule} {}", plain(&reason.message))?;
    }
    for note in &verdict.notes {
        writeln!(out, "- note: {}", plain(note))?;
    }
    if !whole.is_empty() || !verdict.notes.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn folded(
    view: &View<'_>,
    title: &str,
    groups: &[Group<'_>],
    options: &WriteOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<details><summary>{title} ({})</summary>\n",
        groups.len()
    )?;
    findings(view, groups, options, out)?;
    writeln!(out, "</details>\n")
}

fn findings(
    view: &View<'_>,
    groups: &[Group<'_>],
    options: &WriteOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "| Severity | Id | Package | Fix | Where | What |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    let max = options.findings_max.unwrap_or(ROWS_MAX);
    for group in groups.iter().take(max) {
        let Some(first) = group.first() else {
            continue;
        };
        let packages = group
            .findings
            .iter()
            .filter_map(|f| view.report.package_of(f));
        let packages: Vec<String> = packages.map(|package| cell(&named(package))).collect();
        let place = view
            .place(first)
            .map(|location| match view.layer(location) {
                Some((number, layer)) => {
                    let base = if layer.base { ", base image" } else { "" };
                    format!("{} (layer {number}{base})", cell(&place_words(location)))
                }
                None => cell(&place_words(location)),
            });
        let mut severity = first.severity.to_string();
        if first.known_exploited {
            severity.push_str(", exploited");
        }
        writeln!(
            out,
            "| {severity} | {} | {} | {} | {} | {} |",
            cell(&first.id),
            packages.join(" "),
            fix_words(first)
                .map(|words| plain(&words))
                .unwrap_or_default(),
            place.unwrap_or_default(),
            plain(&first.title),
        )?;
    }
    if groups.len() > max {
        writeln!(out, "\nand {} more, not shown here", groups.len() - max)?;
    }
    writeln!(out)
}

fn compliance(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(compliance) = &view.report.compliance else {
        return Ok(());
    };
    let score = match compliance.score {
        Some(score) => format!("score {score} of 100"),
        None => "nothing could be judged".to_owned(),
    };
    writeln!(out, "### {}: {score}\n", plain(&compliance.title))?;
    writeln!(out, "| Result | Control | Asks that | Findings |")?;
    writeln!(out, "|---|---|---|---|")?;
    for rule in &compliance.rules {
        let word = rule.outcome.words();
        let (id, title) = (cell(&rule.id), plain(&rule.title));
        writeln!(out, "| {word} | {id} | {title} | {} |", rule.findings)?;
    }
    writeln!(out)
}

fn unknowns(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut unknowns: Vec<_> = view.report.inventory.unknowns.iter().collect();
    unknowns.sort();
    if unknowns.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Not looked at ({})\n", unknowns.len())?;
    for unknown in unknowns.iter().take(ROWS_MAX) {
        match &unknown.path {
            Some(path) => writeln!(out, "- {}: {}", code(path), plain(&unknown.reason))?,
            None => writeln!(out, "- {}", plain(&unknown.reason))?,
        }
    }
    if unknowns.len() > ROWS_MAX {
        writeln!(out, "- and {} more", unknowns.len() - ROWS_MAX)?;
    }
    writeln!(out)
}

fn foot(view: &View<'_>, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let tool = &view.report.tool;
    let mut text = format!("{} {}", plain(&tool.name), plain(&tool.version));
    if let Some(set) = &view.report.advisories {
        let today = options.today();
        let sources: Vec<String> = set
            .sources
            .iter()
            .map(|source| {
                let age = source
                    .snapshot
                    .zip(today)
                    .and_then(|(day, now)| age_words(day, now));
                match (source.snapshot, age) {
                    (Some(day), Some(age)) => format!("{} {day} ({age})", plain(&source.name)),
                    (Some(day), None) => format!("{} {day}", plain(&source.name)),
                    (None, _) => format!("{} undated", plain(&source.name)),
                }
            })
            .collect();
        text = format!("{text}; advisories: {}", sources.join(", "));
    }
    writeln!(out, "<sub>{text}</sub>")
}

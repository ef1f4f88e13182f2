//! Workflow commands of GitHub Actions: annotations on a run and on the files of a change.
//!
//! Loudest first, since a step shows ten of each kind. Findings that the policy does not mind are
//! counted only. Files are named for directories alone: paths inside an image are no files of the
//! repository.

use std::io::{self, Write};

use plimsoll_model::{Location, Outcome, Report, TargetKind};

use crate::view::{Level, View, clean, fix_words, named, place_words};
use crate::{OutputFormat, WriteError, WriteOptions};

pub struct GitHub;

impl OutputFormat for GitHub {
    fn id(&self) -> &'static str {
        "github"
    }

    fn describe(&self) -> &'static str {
        "Workflow commands of GitHub Actions: annotations on a run and on files"
    }

    fn mime(&self) -> &'static str {
        "text/plain"
    }

    fn extension(&self) -> &'static str {
        "txt"
    }

    fn write(
        &self,
        report: &Report,
        _options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        commands(&View::new(report), &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

fn commands(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut groups = view.groups();
    groups.retain(|group| group.level >= Level::Warning);
    groups.sort_by_key(|group| {
        let severity = group.first().map(|finding| finding.severity);
        std::cmp::Reverse((group.level, severity))
    });
    for group in &groups {
        let Some(first) = group.first() else {
            continue;
        };
        let packages = group
            .findings
            .iter()
            .filter_map(|f| view.report.package_of(f));
        let packages: Vec<String> = packages.map(named).collect();
        let mut parts = Vec::new();
        if !packages.is_empty() {
            parts.push(packages.join(", "));
        }
        parts.push(first.title.clone());
        parts.extend(fix_words(first));
        if let Some(location) = view.place(first) {
            parts.push(match view.layer(location) {
                Some((number, _)) => format!("{} (layer {number})", place_words(location)),
                None => place_words(location),
            });
        }
        let title = format!("{} ({})", first.id, first.severity);
        command(
            out,
            group.level,
            &title,
            file(view, view.place(first)),
            &parts.join("; "),
        )?;
    }
    for unknown in &view.report.inventory.unknowns {
        let text = match &unknown.path {
            Some(path) => format!("{path}: {}", unknown.reason),
            None => unknown.reason.clone(),
        };
        command(out, Level::Warning, "not looked at", None, &text)?;
    }
    summary(view, out)
}

fn summary(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = view.counts();
    let said = counts.iter().filter(|(_, count)| *count > 0);
    let mut text: Vec<String> = said
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    if text.is_empty() {
        text.push("nothing found".to_owned());
    }
    let text = format!("{} in {}", text.join(", "), view.size_words());
    let (level, title) = match &view.report.verdict {
        None => (Level::Note, "plimsoll".to_owned()),
        Some(verdict) => {
            let level = match verdict.outcome {
                Outcome::Allow => Level::Note,
                Outcome::Warn => Level::Warning,
                Outcome::Deny => Level::Error,
            };
            (level, format!("verdict: {}", verdict.outcome.as_str()))
        }
    };
    command(out, level, &title, None, &text)
}

/// The place, where it is a file of the repository.
fn file<'a>(view: &View<'_>, location: Option<&'a Location>) -> Option<&'a Location> {
    let kind = view.report.inventory.target.kind;
    let is_tree = matches!(kind, TargetKind::Directory | TargetKind::Configuration);
    location.filter(|_| is_tree)
}

fn command(
    out: &mut dyn Write,
    level: Level,
    title: &str,
    file: Option<&Location>,
    text: &str,
) -> io::Result<()> {
    let word = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Excepted => "notice",
    };
    write!(out, "::{word} title={}", property(title))?;
    if let Some(location) = file {
        // What lies inside an archive is shown at the archive.
        let path = location.path.split("!/").next().unwrap_or_default();
        write!(out, ",file={}", property(path))?;
        if let Some(line) = location.line {
            write!(out, ",line={line}")?;
        }
        if let Some(column) = location.column {
            write!(out, ",col={column}")?;
        }
    }
    writeln!(out, "::{}", data(text))
}

/// The part after the second `::`. No line feed is left to start another command.
fn data(text: &str) -> String {
    clean(text).replace('%', "%25")
}

/// A value before it, where `:` and `,` mean something.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

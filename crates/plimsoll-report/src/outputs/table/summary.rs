//! Counts, age of the advisories, the verdict with its reasons, and a hint.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use plimsoll_model::{AdvisorySet, Mode, Outcome, Verdict};

use super::words::severity_word;
use crate::WriteOptions;
use crate::paint::{Look, Page, severity_look};
use crate::view::{Level, View, age_words, clean, counted};

pub fn write(
    view: &View<'_>,
    options: &WriteOptions,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    counts(view, options, page, out)?;
    advisories(view, options, page, out)?;
    if let Some(verdict) = &view.report.verdict {
        judged(verdict, page, out)?;
    }
    hint(view, out)
}

fn counts(
    view: &View<'_>,
    options: &WriteOptions,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    let inventory = &view.report.inventory;
    // Each with its columns on the screen, which colours do not take.
    let mut said: Vec<(String, usize)> = view
        .counts()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| {
            let text = format!("{count} {}", severity_word(severity));
            (page.paint.put(severity_look(severity), &text), text.len())
        })
        .collect();
    let plain = |text: String| (text.clone(), text.len());
    if said.is_empty() {
        said.push(plain("nothing found".to_owned()));
    }
    let excepted = view.excepted().count();
    if excepted > 0 {
        said.push(plain(format!("{excepted} excepted")));
    }
    if !inventory.unknowns.is_empty() {
        said.push(plain(format!("{} unknown", inventory.unknowns.len())));
    }
    let mut rest = vec![view.size_words()];
    if !inventory.owned.is_empty() {
        rest.push(format!("{} owned by them", inventory.owned.len()));
    }
    if !inventory.layers.is_empty() {
        rest.push(counted(inventory.layers.len(), "layer", "layers"));
    }
    let mut rest = rest.join(", ");
    if let Some(elapsed) = options.elapsed {
        let _ = write!(rest, " in {:.1} s", elapsed.as_secs_f64());
    }
    if let Some(day) = view
        .report
        .advisories
        .as_ref()
        .and_then(AdvisorySet::newest)
    {
        let _ = write!(rest, ", advisories of {day}");
    }
    let columns = said.iter().map(|(_, columns)| columns + 2).sum();
    let said: Vec<String> = said.into_iter().map(|(text, _)| text).collect();
    page.wrapped(out, &format!("{}; ", said.join(", ")), columns, 4, &rest)
}

/// Each source with its day and, where the time is known, its age.
fn advisories(
    view: &View<'_>,
    options: &WriteOptions,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(set) = &view.report.advisories else {
        return Ok(());
    };
    let today = options.today();
    let sources: Vec<String> = set
        .sources
        .iter()
        .map(|source| {
            let age = source
                .snapshot
                .zip(today)
                .and_then(|(day, today)| age_words(day, today));
            let day = match (source.snapshot, age) {
                (Some(day), Some(age)) => format!("{day} ({age})"),
                (Some(day), None) => day.to_string(),
                (None, _) => "undated".to_owned(),
            };
            clean(&format!("{} {day}", source.name))
        })
        .collect();
    if sources.is_empty() {
        return writeln!(out, "advisories: none in the database");
    }
    page.wrapped(out, "advisories: ", 12, 12, &sources.join(", "))
}

fn judged(verdict: &Verdict, page: Page, out: &mut dyn Write) -> io::Result<()> {
    // Rules in the order of the reasons, with the number of findings each applied to.
    let mut order = Vec::new();
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in verdict.reasons.iter().filter(|r| r.mode != Mode::Audit) {
        let count = rules.entry(&reason.rule).or_insert_with(|| {
            order.push(reason.rule.as_str());
            0
        });
        *count += 1;
    }
    let why: Vec<String> = order
        .iter()
        .map(|rule| match rules.get(rule) {
            Some(count) if *count > 1 => format!("{rule} {count} times"),
            _ => (*rule).to_owned(),
        })
        .collect();
    let mut text = format!("policy `{}` at {}", verdict.policy, verdict.stage.as_str());
    if !why.is_empty() {
        text.push_str(": ");
        text.push_str(&why.join(", "));
    }
    for reason in verdict.reasons.iter().filter(|r| r.finding.is_none()) {
        let lead = format!("{}: ", reason.mode.as_str());
        let text = clean(&format!("{}: {}", reason.rule, reason.message));
        page.wrapped(out, &lead, lead.chars().count(), 4, &text)?;
    }
    for note in &verdict.notes {
        page.wrapped(out, "policy: ", 8, 8, &clean(note))?;
    }
    let look = match verdict.outcome {
        Outcome::Allow => Look::Green,
        Outcome::Warn => Look::Yellow,
        Outcome::Deny => Look::Red,
    };
    let word = verdict.outcome.as_str();
    let lead = format!("verdict: {} ", page.paint.put(look, word));
    let text = format!("({})", clean(&text));
    page.wrapped(out, &lead, 10 + word.len(), 4, &text)
}

/// What to do next: the loudest finding explained.
fn hint(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let loudest = view
        .open()
        .filter(|finding| view.level(finding) >= Level::Warning)
        .max_by(|a, b| {
            let rank = |f| (view.level(f), f.severity);
            // The first of equals, as it is the first that was shown.
            rank(a).cmp(&rank(b)).then(std::cmp::Ordering::Greater)
        });
    match loudest {
        Some(finding) => {
            writeln!(out, "hint: `plimsoll explain {}`", clean(&finding.id))
        }
        None => Ok(()),
    }
}

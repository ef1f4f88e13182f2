//! A benchmark rule by rule, and the score.

use std::fmt::Write as _;
use std::io::{self, Write};

use plimsoll_model::{RuleOutcome, RuleResult};

use crate::WriteOptions;
use crate::paint::{Look, Page};
use crate::view::{View, clean, counted};

/// Columns of the longest result that is usual, `not applicable`.
const RESULT_COLUMNS: usize = 14;

/// Writes the benchmark, if one was asked for. What passed is one line unless all is wanted.
pub fn controls(
    view: &View<'_>,
    options: &WriteOptions,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(compliance) = &view.report.compliance else {
        return Ok(());
    };
    let title = clean(&compliance.title);
    writeln!(out, "{}", page.paint.put(Look::Bold, &title))?;
    let ids = compliance.rules.iter().map(|rule| rule.id.chars().count());
    let id_columns = ids.max().unwrap_or_default();
    for rule in &compliance.rules {
        let id = clean(&rule.id);
        let word = rule.outcome.words();
        let lead = format!(
            "  {}{}  {id}{}  ",
            page.paint.put(look(rule.outcome), word),
            " ".repeat(RESULT_COLUMNS.saturating_sub(word.len())),
            " ".repeat(id_columns.saturating_sub(id.chars().count())),
        );
        let indent = RESULT_COLUMNS + id_columns + 6;
        page.wrapped(out, &lead, indent, indent, &said(rule, options))?;
    }
    let mut counts: Vec<String> = RuleOutcome::ALL
        .iter()
        .map(|outcome| (outcome, compliance.count(*outcome)))
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{count} {}", outcome.words()))
        .collect();
    counts.insert(0, counted(compliance.rules.len(), "control", "controls"));
    let score = match compliance.score {
        Some(score) => format!("score {score} of 100"),
        None => "no score: nothing could be judged".to_owned(),
    };
    let id = clean(&compliance.benchmark);
    writeln!(out, "{id}: {score}; {}\n", counts.join(", "))
}

fn said(rule: &RuleResult, options: &WriteOptions) -> String {
    let mut text = clean(&rule.title);
    let mut facts = Vec::new();
    let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    if rule.findings > 0 {
        facts.push(counted(count(rule.findings), "finding", "findings"));
    }
    if rule.excepted > 0 {
        facts.push(format!("{} excepted", rule.excepted));
    }
    if let Some(note) = rule
        .note
        .as_ref()
        .filter(|_| options.verbose || is_silent(rule))
    {
        facts.push(clean(note));
    }
    if options.verbose && !rule.checks.is_empty() {
        facts.push(clean(&rule.checks.join(", ")));
    }
    if !facts.is_empty() {
        let _ = write!(text, " ({})", facts.join("; "));
    }
    text
}

/// Whether the word alone would leave a reader asking why.
fn is_silent(rule: &RuleResult) -> bool {
    matches!(
        rule.outcome,
        RuleOutcome::NotChecked | RuleOutcome::Unknown | RuleOutcome::Error
    )
}

const fn look(outcome: RuleOutcome) -> Look {
    match outcome {
        RuleOutcome::Pass | RuleOutcome::Fixed => Look::Green,
        RuleOutcome::Fail | RuleOutcome::Error => Look::Red,
        RuleOutcome::Unknown => Look::Yellow,
        _ => Look::Dim,
    }
}

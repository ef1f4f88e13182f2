//! Items as text, for the goldens of the tests: one line a statement.

use std::fmt::Write;

use crate::{Affected, Item, Range, Record};

/// All items, in order.
pub(crate) fn items(items: &[Item]) -> String {
    let mut text = String::new();
    for item in items {
        match item {
            Item::Advisory(record) => text.push_str(&advisory(record)),
            Item::Enrichment(known) => writeln!(text, "{known:?}").unwrap(),
            Item::Support(support) => {
                let until = support.until.map(|day| format!(" until {day}"));
                let (scope, state) = (&support.scope, support.state);
                let package = support.package.as_deref().unwrap_or("(release)");
                let until = until.unwrap_or_default();
                writeln!(text, "support {scope} {package}: {state:?}{until}").unwrap();
            }
            Item::Covers(scope) => writeln!(text, "covers {scope}").unwrap(),
            Item::Snapshot(day) => writeln!(text, "snapshot {day}").unwrap(),
            Item::Skipped { path, reason } => writeln!(text, "skipped {path}: {reason}").unwrap(),
        }
    }
    text
}

fn advisory(record: &Record) -> String {
    let mut text = record.id.clone();
    let mut list = |name: &str, ids: &[String]| {
        if !ids.is_empty() {
            write!(text, " {name}={}", ids.join(",")).unwrap();
        }
    };
    list("aliases", &record.aliases);
    list("upstream", &record.upstream);
    list("cwe", &record.weaknesses);
    for (name, time) in [
        ("published", record.published),
        ("modified", record.modified),
        ("withdrawn", record.withdrawn),
    ] {
        if let Some(time) = time {
            write!(text, " {name}={time}").unwrap();
        }
    }
    if let Some(severity) = record.severity {
        write!(text, " severity={severity}").unwrap();
    }
    if let Some(word) = &record.vendor_severity {
        write!(text, " vendor=\"{word}\"").unwrap();
    }
    text.push('\n');
    for cvss in &record.cvss {
        let rater = cvss.rated_by.as_deref().unwrap_or("-");
        writeln!(text, "  {} by {rater}", cvss.vector).unwrap();
    }
    for affected in &record.affected {
        text.push_str(&statement(affected));
    }
    text
}

fn statement(affected: &Affected) -> String {
    let mut text = format!("  {} {}", affected.scope, affected.package);
    if affected.binary {
        text.push_str(" (binary)");
    }
    write!(text, ": {:?}", affected.status).unwrap();
    for range in &affected.ranges {
        write!(text, " {}", self::range(range)).unwrap();
    }
    if !affected.versions.is_empty() {
        write!(text, " ={}", affected.versions.join(",")).unwrap();
    }
    for (name, value) in [
        ("vendor", &affected.vendor_severity),
        ("module", &affected.module),
    ] {
        if let Some(value) = value {
            write!(text, " {name}=\"{value}\"").unwrap();
        }
    }
    if let Some(day) = affected.fix_available {
        write!(text, " fixed on {day}").unwrap();
    }
    text.push('\n');
    text
}

/// `[1,2)`, `(1,2]`, with nothing for no bound.
fn range(range: &Range) -> String {
    let text = |version: &Option<String>| version.clone().unwrap_or_default();
    let from = match &range.after {
        Some(after) => format!("({after}"),
        None => format!("[{}", text(&range.introduced)),
    };
    match &range.last_affected {
        Some(last) => format!("{from},{last}]"),
        None => format!("{from},{})", text(&range.fixed)),
    }
}

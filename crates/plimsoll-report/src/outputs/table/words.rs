//! Words that blocks, lines and the summary share.

use plimsoll_model::{Finding, Severity};

use crate::view::{Group, View, clean, named};

/// Most ids that are named on a package's line.
const IDS_MAX: usize = 4;

/// `libssl3, openssl 3.0.15-1`; nothing for findings without a package.
pub fn subject(view: &View<'_>, group: &Group<'_>) -> Option<String> {
    let packages: Vec<_> = group
        .findings
        .iter()
        .filter_map(|finding| view.report.package_of(finding))
        .collect();
    let (last, others) = packages.split_last()?;
    let mut names: Vec<String> = others.iter().map(|p| p.qualified_name()).collect();
    names.push(named(last));
    Some(clean(&names.join(", ")))
}

/// `2 high`, `1 low`: worst first, those that there are.
pub fn counts_by_severity(findings: &[&Finding]) -> Vec<String> {
    Severity::WORST_FIRST
        .into_iter()
        .filter_map(|severity| {
            let count = findings.iter().filter(|f| f.severity == severity).count();
            (count > 0).then(|| format!("{count} {}", severity_word(severity)))
        })
        .collect()
}

/// The first ids, and how many more there are.
pub fn ids_words(findings: &[&Finding]) -> String {
    let mut ids: Vec<String> = Vec::new();
    for finding in findings {
        let id = clean(&finding.id);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let more = ids.len().saturating_sub(IDS_MAX);
    ids.truncate(IDS_MAX);
    if more > 0 {
        ids.push(format!("and {more} more"));
    }
    ids.join(", ")
}

/// The word for a severity where a number stands before it.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Unknown => "unrated",
        other => other.as_str(),
    }
}

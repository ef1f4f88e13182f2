//! Excepts findings by statements.
//!
//! Of all statements about a vulnerability in a package, the latest decides; among those of one
//! time, the one that comes last. It excepts the finding if it says `not_affected` or `fixed`; if
//! it says `affected` or `under_investigation`, older ones that said otherwise do not count any
//! more.

use std::collections::BTreeMap;

use plimsoll_model::finding::VexStatus;
use plimsoll_model::{Excepted, Finding, FindingKind, Inventory, PurlParts};

use super::product::{Pattern, parts};
use super::{StatementStatus, VexStatement};

/// What came of applying statements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VexOutcome {
    /// Number of findings that were excepted.
    pub excepted: usize,
    /// Positions of the statements that are about no finding at hand.
    pub unused: Vec<usize>,
}

/// Marks findings as excepted. Those that already are, and those that are about no package of the
/// inventory, are left as they are.
pub fn apply_vex(
    findings: &mut [Finding],
    inventory: &Inventory,
    statements: &[VexStatement],
) -> VexOutcome {
    let mut by_vulnerability: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (position, statement) in statements.iter().enumerate() {
        for id in &statement.vulnerabilities {
            let places = by_vulnerability.entry(key(id)).or_default();
            if places.last() != Some(&position) {
                places.push(position);
            }
        }
    }
    let patterns: Vec<Vec<Pattern>> = (statements.iter())
        .map(|statement| statement.products.iter().map(Pattern::new).collect())
        .collect();
    let packages: Vec<Option<PurlParts>> = inventory.packages.iter().map(parts).collect();
    let known: Vec<PurlParts> = packages.iter().flatten().cloned().collect();

    let mut outcome = VexOutcome::default();
    let mut used = vec![false; statements.len()];
    for finding in findings {
        if finding.kind != FindingKind::Vulnerability {
            continue;
        }
        let package = (finding.package)
            .and_then(|index| packages.get(index.0))
            .and_then(Option::as_ref);
        let Some(package) = package else { continue };
        let covers = |position: usize| {
            patterns.get(position).is_some_and(|products| {
                (products.iter()).any(|it| it.covers(&inventory.target, package, &known))
            })
        };
        let mut asked: Vec<usize> = std::iter::once(&finding.id)
            .chain(&finding.aliases)
            .filter_map(|id| by_vulnerability.get(&key(id)))
            .flatten()
            .copied()
            .filter(|position| covers(*position))
            .collect();
        asked.sort_unstable();
        asked.dedup();
        for position in &asked {
            if let Some(used) = used.get_mut(*position) {
                *used = true;
            }
        }
        let decides = (asked.iter())
            .filter_map(|position| statements.get(*position))
            .max_by_key(|statement| statement.timestamp);
        let Some((statement, status)) = decides.and_then(|it| Some((it, excepts(it.status)?)))
        else {
            continue;
        };
        if finding.excepted.is_none() {
            finding.excepted = Some(exception(statement, status));
            outcome.excepted += 1;
        }
    }
    outcome.unused = (used.iter().enumerate())
        .filter(|(_, used)| !**used)
        .map(|(position, _)| position)
        .collect();
    outcome
}

const fn excepts(status: StatementStatus) -> Option<VexStatus> {
    match status {
        StatementStatus::NotAffected => Some(VexStatus::NotAffected),
        StatementStatus::Fixed => Some(VexStatus::Fixed),
        StatementStatus::Affected | StatementStatus::UnderInvestigation => None,
    }
}

fn key(id: &str) -> String {
    id.trim().to_ascii_uppercase()
}

fn exception(statement: &VexStatement, status: VexStatus) -> Excepted {
    let parts: Vec<&str> = [&statement.justification, &statement.impact]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    Excepted {
        by: statement.place.clone(),
        owner: statement.author.clone(),
        reason: Some(parts.join(": ")).filter(|reason| !reason.is_empty()),
        expires: None,
        vex: Some(status),
    }
}

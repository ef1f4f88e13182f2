//! `advise`: the smallest change that clears the policy.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use plimsoll_model::text::clean;
use plimsoll_model::{Finding, FixState, Mode, Package, Report};

use crate::cli::AdviseArgs;
use crate::commands::scan;
use crate::failure::Failure;
use crate::session::Session;
use crate::vex::Vex;
use crate::{database, outputs, target};

pub fn run(session: &Session, arguments: &AdviseArgs) -> Result<u8, Failure> {
    let vex = Vex::read(
        &session.configuration,
        &arguments.vex,
        &[&arguments.target.target],
    )?;
    let database = database::open(&session.configuration)?;
    let inventory = target::inventory(session, &arguments.target)?;
    let report = scan::judged(session, inventory, Some(&database), &vex)?;
    outputs::print(&advice(&report))?;
    Ok(scan::exit_code(session, &report))
}

/// One package, and what it must become.
#[derive(Default)]
struct Change<'r> {
    package: Option<&'r Package>,
    /// The highest of the nearest fixes, in the order in which findings give them.
    versions: Vec<&'r str>,
    clears: Vec<&'r str>,
    in_base: bool,
}

/// The advice as text.
fn advice(report: &Report) -> String {
    let denied: Vec<&Finding> = denied(report);
    let mut changes: BTreeMap<usize, Change<'_>> = BTreeMap::new();
    let mut stuck: Vec<&Finding> = Vec::new();
    for finding in denied {
        let fixed = finding
            .fix
            .as_ref()
            .filter(|fix| fix.state == FixState::Fixed);
        match (finding.package, fixed.and_then(|fix| fix.versions.first())) {
            (Some(index), Some(version)) => {
                let change = changes.entry(index.0).or_default();
                change.package = report.inventory.package(index);
                change.in_base = is_in_base(report, finding);
                if !change.versions.contains(&version.as_str()) {
                    change.versions.push(version);
                }
                change.clears.push(&finding.id);
            }
            _ => stuck.push(finding),
        }
    }
    let mut text = String::new();
    if changes.is_empty() && stuck.is_empty() {
        text.push_str("nothing to change: the policy allows it\n");
    }
    describe_changes(&changes, &mut text);
    for finding in stuck {
        let _ = writeln!(
            text,
            "no fix yet for {} ({}): except it with an owner and an end, or do without {}",
            clean(&finding.id),
            finding.severity,
            report
                .package_of(finding)
                .map_or("it", |package| &package.name)
        );
    }
    for reason in report.verdict.iter().flat_map(|verdict| &verdict.reasons) {
        if reason.mode == Mode::Enforce && reason.finding.is_none() {
            let _ = writeln!(text, "{}: {}", reason.rule, clean(&reason.message));
        }
    }
    text
}

/// Findings that a rule in enforce mode applies to.
fn denied(report: &Report) -> Vec<&Finding> {
    let enforced: Vec<&str> = report
        .verdict
        .iter()
        .flat_map(|verdict| &verdict.reasons)
        .filter(|reason| reason.mode == Mode::Enforce)
        .filter_map(|reason| reason.finding.as_deref())
        .collect();
    report
        .findings
        .iter()
        .filter(|finding| {
            finding.excepted.is_none() && enforced.contains(&finding.fingerprint.as_str())
        })
        .collect()
}

fn is_in_base(report: &Report, finding: &Finding) -> bool {
    finding
        .locations
        .first()
        .and_then(|place| place.layer.as_ref())
        .is_some_and(|layer| {
            report
                .inventory
                .layers
                .iter()
                .any(|other| other.base && other.diff_id == *layer)
        })
}

fn describe_changes(changes: &BTreeMap<usize, Change<'_>>, text: &mut String) {
    for (in_base, heading) in [
        (
            true,
            "in the base image: take a newer one, or upgrade in a layer of your own",
        ),
        (false, "in your own layers"),
    ] {
        let here: Vec<&Change<'_>> = changes
            .values()
            .filter(|change| change.in_base == in_base)
            .collect();
        if here.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{heading}:");
        for change in here {
            let Some(package) = change.package else {
                continue;
            };
            let _ = writeln!(
                text,
                "  {} {} -> {} clears {}",
                clean(&package.qualified_name()),
                clean(&package.version),
                clean(&highest(package, &change.versions)),
                clean(&change.clears.join(", "))
            );
        }
    }
}

/// The version that clears all of them: the highest by the ecosystem's own order.
fn highest(package: &Package, versions: &[&str]) -> String {
    let scheme = plimsoll_vuln::schemes::scheme_of(package.ecosystem.as_str());
    let mut best: Option<&str> = None;
    for version in versions {
        let higher = match (best, scheme) {
            (None, _) => true,
            (Some(best), Some(scheme)) => scheme
                .compare(version, best)
                .is_ok_and(std::cmp::Ordering::is_gt),
            (Some(_), None) => false,
        };
        if higher {
            best = Some(version);
        }
    }
    best.unwrap_or_default().to_owned()
}

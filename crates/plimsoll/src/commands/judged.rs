//! Findings about configuration, judged and reported: what `check`, `network open` and `access risks`
//! end with.

use std::time::Instant;

use plimsoll_model::{Compliance, Finding, Inventory, Report, Target, TargetKind, Unknown};
use plimsoll_policy::{Case, judge};

use crate::commands::scan::{exit_code, tool};
use crate::failure::Failure;
use crate::session::Session;

/// What was looked at, and what came of it.
pub struct Looked {
    /// How the target is called.
    pub name: String,
    pub objects: usize,
    pub findings: Vec<Finding>,
    pub unknowns: Vec<Unknown>,
    /// Remarks about allowances.
    pub notes: Vec<String>,
}

/// Scores findings with their exceptions; whether something could not be read.
pub type Score<'a> = &'a dyn Fn(&[Finding], bool) -> Compliance;

/// An inventory of objects, without any yet.
pub fn inventory(name: String) -> Inventory {
    Inventory::new(Target {
        kind: TargetKind::Configuration,
        name,
        digest: None,
        platform: None,
        os: None,
    })
}

/// Judges and writes the report; the exit code.
pub fn report(
    session: &Session,
    begun: Instant,
    looked: Looked,
    findings_max: Option<usize>,
    score: Option<Score<'_>>,
) -> Result<u8, Failure> {
    let mut inventory = inventory(looked.name);
    inventory.objects = looked.objects as u64;
    inventory.unknowns = looked.unknowns;
    inventory.unknowns.sort();
    let configuration = &session.configuration;
    let judged = |findings: &mut [Finding]| {
        let case = Case {
            inventory: &inventory,
            advisories: None,
            stage: configuration.stage,
            today: session.today(),
        };
        let (policy, exceptions) = (&configuration.policy, &configuration.exceptions);
        judge(policy, exceptions, &case, findings)
    };
    let mut findings = looked.findings;
    // A score is of all of them; what is shown is another question.
    let compliance = score.map(|score| {
        let mut all = findings.clone();
        judged(&mut all);
        score(&all, !inventory.unknowns.is_empty())
    });
    session.filter(&mut findings);
    let mut verdict = judged(&mut findings);
    verdict.notes.extend(looked.notes);
    verdict.notes.sort();
    let report = Report {
        tool: tool(),
        inventory,
        findings,
        compliance,
        advisories: None,
        verdict: Some(verdict),
    };
    let mut options = session.write_options();
    options.elapsed = Some(begun.elapsed());
    options.findings_max = findings_max;
    session.wanted.write(&report, &options)?;
    Ok(exit_code(session, &report))
}

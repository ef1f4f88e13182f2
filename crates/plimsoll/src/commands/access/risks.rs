//! `access risks`: findings about rights, judged as those of `check` are.

use std::time::Instant;

use plimsoll_check::Checked;
use plimsoll_model::{Inventory, Report, Target, TargetKind};
use plimsoll_policy::{Case, judge};

use crate::cli::RisksArgs;
use crate::commands::scan::{exit_code, tool};
use crate::failure::Failure;
use crate::session::Session;

use super::Source;

pub fn run(session: &Session, arguments: &RisksArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    // What Kubernetes' own accounts may do is a way for others too.
    let (access, source) = super::read_traced(session, &arguments.input, true)?;
    let mut checked = Checked {
        findings: access.risks(session.today()),
        unknowns: access.unknowns,
        ..Checked::default()
    };
    let name = match source {
        Source::Files(name, rendered) => {
            rendered.trace(&mut checked, session.today());
            name
        }
        Source::Cluster(name, live) => {
            live.told(&mut checked.findings, &mut []);
            name
        }
    };
    let mut findings = checked.findings;
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Configuration,
        name,
        digest: None,
        platform: None,
        os: None,
    });
    inventory.objects = access.objects as u64;
    inventory.unknowns = checked.unknowns;
    session.filter(&mut findings);
    let configuration = &session.configuration;
    let case = Case {
        inventory: &inventory,
        advisories: None,
        stage: configuration.stage,
        today: session.today(),
    };
    let verdict = judge(
        &configuration.policy,
        &configuration.exceptions,
        &case,
        &mut findings,
    );
    let report = Report {
        tool: tool(),
        inventory,
        findings,
        compliance: None,
        advisories: None,
        verdict: Some(verdict),
    };
    let mut options = session.write_options();
    options.elapsed = Some(begun.elapsed());
    options.findings_max = arguments.findings_max;
    session.wanted.write(&report, &options)?;
    Ok(exit_code(session, &report))
}

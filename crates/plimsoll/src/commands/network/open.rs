//! `network open`: what stands open, judged as every other finding.

use std::time::Instant;

use plimsoll_model::{Inventory, Report, Target, TargetKind};
use plimsoll_network::Reach;
use plimsoll_network::open::{Summary, open};
use plimsoll_policy::{Case, judge};

use super::input;
use crate::cli::NetworkOpenArgs;
use crate::cluster::Live;
use crate::commands::scan::{exit_code, tool};
use crate::failure::Failure;
use crate::session::Session;
use crate::talk;

pub fn run(session: &Session, arguments: &NetworkOpenArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    let (cluster, name) = input(&arguments.paths, &arguments.cluster)?;
    let reach = Reach::new(&cluster);
    let (mut findings, summary) = open(&reach, session.today());
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Configuration,
        name,
        digest: None,
        platform: None,
        os: None,
    });
    inventory.objects = cluster.objects as u64;
    inventory.unknowns = reach.all_unknowns();
    if cluster.is_live {
        Live::default().told(&mut findings, &mut []);
    }
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
    if !configuration.quiet {
        say(&summary);
    }
    Ok(exit_code(session, &report))
}

fn say(summary: &Summary) {
    let all = summary.workloads;
    let lines = [
        (summary.any_source, "accept connections from any source"),
        (summary.anything, "may reach anything"),
        (summary.world, "may reach every address outside"),
        (summary.metadata, "may reach the metadata endpoint"),
        (summary.api_server, "may reach the API server"),
        (summary.from_outside, "are led to from outside"),
        (
            summary.host_network,
            "are on the network of their node: policies do not hold for them",
        ),
    ];
    for (count, words) in lines {
        let percent = (count * 100 + all / 2).checked_div(all).unwrap_or_default();
        talk::note(&format!(
            "{percent:>3} % of {all} workloads {words} ({count})"
        ));
    }
}

//! `network open`: what stands open, judged as every other finding.

use std::time::Instant;

use plimsoll_network::Reach;
use plimsoll_network::open::{Summary, open};

use super::input;
use crate::cli::NetworkOpenArgs;
use crate::cluster::Live;
use crate::commands::judged::{self, Looked};
use crate::failure::Failure;
use crate::session::Session;
use crate::talk;

pub fn run(session: &Session, arguments: &NetworkOpenArgs) -> Result<u8, Failure> {
    let begun = Instant::now();
    let (cluster, name) = input(&arguments.input.paths, &arguments.input.cluster)?;
    let reach = Reach::new(&cluster);
    let (mut findings, summary) = open(&reach, session.today());
    if cluster.is_live {
        Live::default().told(&mut findings, &mut []);
    }
    let looked = Looked {
        name,
        objects: cluster.objects,
        findings,
        unknowns: reach.all_unknowns(),
        notes: Vec::new(),
    };
    let code = judged::report(session, begun, looked, arguments.findings_max, None)?;
    if !session.configuration.quiet {
        say(&summary);
    }
    Ok(code)
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

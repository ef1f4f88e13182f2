//! `network generate`: policies for a list of flows, with the proof.

use std::fmt::Write as _;
use std::path::Path;

use plimsoll_network::Reach;
use plimsoll_network::flow_list;
use plimsoll_network::flows::Flow;
use plimsoll_network::generate::{draft, generate};

use super::document::{Form, Wanted};
use super::{input, told};
use crate::cli::NetworkGenerateArgs;
use crate::commands::EXIT_PARTLY;
use crate::failure::Failure;
use crate::session::Session;
use crate::{input, outputs, talk};

pub fn run(
    session: &Session,
    arguments: &NetworkGenerateArgs,
    wanted: &Wanted,
) -> Result<u8, Failure> {
    wanted.only(&[Form::Table])?;
    let (cluster, _) = input(&arguments.input.paths, &arguments.input.cluster)?;
    let (flows, is_draft) = match &arguments.flows {
        Some(path) => (listed(path)?, false),
        None => (draft(&cluster), true),
    };
    let generated = generate(&cluster, &flows, is_draft).map_err(|reason| {
        Failure::new(format!("failed to understand a flow: {reason}"))
            .hint("`plimsoll network reach --format csv` writes such a list")
    })?;
    let mut text = String::new();
    if is_draft {
        text.push_str("# A draft: flows that arguments and environment of containers speak of, ways in from outside,\n# and name servers. Flows it allows:\n");
        for flow in &flows {
            let _ = writeln!(text, "#   {} -> {}: {}", flow.from, flow.to, flow.allow);
        }
    }
    text.push_str(&generated.text);
    outputs::print(&text)?;
    let reach = Reach::new(&cluster);
    let unknowns = reach.all_unknowns();
    let code = told(session, &reach, &unknowns);
    for left_out in &generated.left_out {
        talk::note(&format!("left out: {left_out}"));
    }
    for difference in &generated.differences {
        talk::note(&format!("not as asked for: {difference}"));
    }
    if generated.differences.is_empty() {
        talk::note(&format!(
            "proven: {} policies allow exactly the {} flows{}",
            generated.policies,
            flows.len(),
            if generated.left_out.is_empty() {
                ""
            } else {
                ", but for what is left out"
            },
        ));
        return Ok(
            if session.configuration.strict && !generated.left_out.is_empty() {
                EXIT_PARTLY
            } else {
                code
            },
        );
    }
    Err(Failure::new("failed to write policies that allow exactly these flows")
        .hint("policies of administrators stay in force, and workloads with the same labels cannot be told apart"))
}

/// The flows of a list.
fn listed(path: &Path) -> Result<Vec<Flow>, Failure> {
    flow_list::read(&input::read(path)?).map_err(|error| {
        Failure::new(format!(
            "failed to read {}:{}: {error}",
            path.display(),
            error.line
        ))
        .hint("from,to,protocol,ports, as `plimsoll network reach --format csv` writes it")
    })
}

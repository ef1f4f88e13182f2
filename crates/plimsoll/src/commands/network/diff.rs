//! `network diff`: flows gained and lost between two sets of objects.

use plimsoll_model::Unknown;
use plimsoll_network::Reach;
use plimsoll_network::difference::difference;
use plimsoll_network::flows::Flow;
use serde_json::{Value, json};

use super::document::{Form, Wanted};
use super::{cluster, json as flows, table, told};
use crate::cli::NetworkDiffArgs;
use crate::failure::Failure;
use crate::session::Session;

pub fn run(session: &Session, arguments: &NetworkDiffArgs, wanted: &Wanted) -> Result<u8, Failure> {
    let wanted = wanted.only(&[Form::Table, Form::Json, Form::Csv])?;
    let old = cluster(std::slice::from_ref(&arguments.old))?;
    let new = cluster(std::slice::from_ref(&arguments.new))?;
    let (before, after) = (Reach::new(&old), Reach::new(&new));
    let found = difference(&before, &after, arguments.flows_max);
    let mut unknowns = before.all_unknowns();
    unknowns.extend(after.all_unknowns());
    unknowns.sort();
    unknowns.dedup();
    if found.is_cut {
        let max = arguments.flows_max;
        unknowns.push(Unknown::whole(format!(
            "more than {max} flows (--flows-max): the rest is left out"
        )));
    }
    let list = |flows: &[Flow]| flows.iter().map(flows::value).collect::<Vec<Value>>();
    wanted.write(|form, out| match form {
        Form::Json => {
            let unknowns: Vec<Value> = unknowns.iter().map(flows::unknown).collect();
            let all = json!({"schema": "plimsoll.network/v1", "gained": list(&found.gained), "lost": list(&found.lost), "unknowns": unknowns});
            writeln!(out, "{all}")
        }
        Form::Csv => {
            write!(out, "change,{}", flows::CSV_HEAD)?;
            for (word, flows_of) in [("gained", &found.gained), ("lost", &found.lost)] {
                for flow in flows_of {
                    let mut line = Vec::new();
                    flows::csv(flow, &mut line)?;
                    for line in String::from_utf8_lossy(&line).lines() {
                        writeln!(out, "{word},{line}")?;
                    }
                }
            }
            Ok(())
        }
        _ => {
            for flow in &found.gained {
                table::flow("+ ", flow, out)?;
            }
            for flow in &found.lost {
                table::flow("- ", flow, out)?;
            }
            writeln!(out, "{} gained, {} lost", found.gained.len(), found.lost.len())
        }
    })?;
    Ok(told(session, &after, &unknowns))
}

//! `network reach`: who can reach whom.

use std::io::{self, Write};

use plimsoll_model::Unknown;
use plimsoll_network::Reach;
use plimsoll_network::flows::{Filter, each, folded};

use super::document::{Form, Wanted};
use super::{dot, filter, input, json, svg, table, told};
use crate::cli::NetworkReachArgs;
use crate::failure::Failure;
use crate::session::Session;

pub fn run(
    session: &Session,
    arguments: &NetworkReachArgs,
    wanted: &Wanted,
) -> Result<u8, Failure> {
    let (cluster, _) = input(&arguments.input.paths, &arguments.input.cluster)?;
    let filter = filter(&cluster, arguments)?;
    let reach = Reach::new(&cluster);
    let mut unknowns = reach.all_unknowns();
    let mut is_cut = false;
    wanted.write(|form, out| {
        is_cut |= match form {
            Form::Table => {
                table::folded(&folded(&reach, &filter), session.configuration.verbose, out)
                    .map(|()| false)?
            }
            Form::Svg => svg::write(&reach, &filter, out).map(|()| false)?,
            Form::Json | Form::Csv | Form::Dot => {
                stream(form, &reach, &filter, arguments.flows_max, &unknowns, out)?
            }
        };
        Ok(())
    })?;
    if is_cut {
        unknowns.push(cut(arguments.flows_max));
    }
    Ok(told(session, &reach, &unknowns))
}

fn cut(flows_max: usize) -> Unknown {
    Unknown::whole(format!(
        "more than {flows_max} flows (--flows-max): the rest is left out"
    ))
}

/// Flow by flow; whether there were more than were wanted.
fn stream(
    form: Form,
    reach: &Reach<'_>,
    filter: &Filter,
    flows_max: usize,
    unknowns: &[Unknown],
    out: &mut dyn Write,
) -> io::Result<bool> {
    let (mut count, mut is_cut, mut result) = (0_usize, false, Ok(()));
    let mut until = |write: &mut dyn FnMut(&plimsoll_network::flows::Flow) -> io::Result<()>| {
        each(reach, filter, |flow| {
            is_cut = count >= flows_max;
            if !is_cut {
                count += 1;
                result = write(&flow);
            }
            !is_cut && result.is_ok()
        });
        std::mem::replace(&mut result, Ok(())).map(|()| is_cut)
    };
    match form {
        Form::Json => {
            let mut document = json::Document::begin(out)?;
            let is_cut = until(&mut |flow| document.flow(flow))?;
            let mut all = unknowns.to_vec();
            all.extend(is_cut.then(|| cut(flows_max)));
            document.end(&all)?;
            Ok(is_cut)
        }
        Form::Csv => {
            out.write_all(json::CSV_HEAD.as_bytes())?;
            until(&mut |flow| json::csv(flow, out))
        }
        _ => {
            dot::begin(reach, out)?;
            let is_cut = until(&mut |flow| dot::flow(flow, out))?;
            dot::end(out)?;
            Ok(is_cut)
        }
    }
}

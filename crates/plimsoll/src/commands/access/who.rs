//! `access who`: everybody who may do something.

use std::fmt::Write as _;

use plimsoll_access::{Access, Because, Holder, Question};
use serde_json::json;

use super::Form;
use super::answer::{because, because_json};
use crate::cli::WhoArgs;
use crate::failure::Failure;
use crate::outputs;
use crate::session::Session;

pub fn run(session: &Session, arguments: &WhoArgs) -> Result<u8, Failure> {
    let asked = &arguments.question;
    let form = super::form(session)?;
    let access = super::read(session, &arguments.input, asked.with_defaults)?;
    let question = super::question(
        &access,
        &asked.verb,
        &asked.resource,
        asked.namespace.as_deref(),
        asked.name.as_deref(),
    )?;
    let holders = access.who(&question);
    match form {
        Form::Json => super::print_json(&json(&access, &question, &holders))?,
        Form::Text => {
            outputs::print(&text(session, &access, &question, &holders))?;
            super::tell_input(session, &access);
        }
    }
    Ok(super::partly(session, !access.unknowns.is_empty()))
}

fn text(session: &Session, access: &Access, question: &Question, holders: &[Holder]) -> String {
    let mut out = format!("who can {}:\n", question.display());
    for holder in holders {
        let _ = writeln!(out, "{}", holder.subject);
        match holder.because {
            Because::Masters => out.push_str("  may do everything\n"),
            Because::Granted(grant) => {
                let why = because(access, grant);
                let lines = if session.configuration.verbose {
                    usize::MAX
                } else {
                    1
                };
                for line in why.lines().take(lines) {
                    out.push_str(line);
                    out.push('\n');
                }
            }
        }
    }
    if question.namespace.is_empty() && !question.is_clusterwide_by_nature() {
        out.push_str("this is about every namespace at once; -n NS asks about one\n");
    }
    out
}

fn json(access: &Access, question: &Question, holders: &[Holder]) -> serde_json::Value {
    let holders: Vec<serde_json::Value> = holders
        .iter()
        .map(|holder| {
            json!({
                "subject": holder.subject.to_string(),
                "because": because_json(access, holder.because),
            })
        })
        .collect();
    json!({
        "schema": "plimsoll.access/v1",
        "question": question.display(),
        "subjects": holders,
        "unknowns": super::unknowns(access),
    })
}

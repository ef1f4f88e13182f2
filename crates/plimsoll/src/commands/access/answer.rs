//! `access can`: yes or no, and why.

use plimsoll_access::{Access, Because, Binding, Decision, Grant, Identity, Question};
use serde_json::json;

use super::{EXIT_DENIED, EXIT_PARTLY, Form};
use crate::cli::CanArgs;
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::outputs;
use crate::session::Session;

/// Namespaces that are named before the rest is counted.
const NAMESPACES_SHOWN: usize = 8;

pub fn run(session: &Session, arguments: &CanArgs) -> Result<u8, Failure> {
    let subject = super::subject(&arguments.subject)?;
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
    let identity = Identity::of(&subject, &arguments.group);
    let decision = access.can(&identity, &question);
    // Roles only add: what was not read can make a "no" wrong, never a "yes".
    let is_partial =
        !decision.allowed() && (!access.unknowns.is_empty() || !decision.missing.is_empty());
    match form {
        Form::Json => super::print_json(&json(
            &access,
            &question,
            &decision,
            &arguments.subject,
            is_partial,
        ))?,
        Form::Text => {
            outputs::print(&text(
                &access, &identity, &question, &decision, arguments, is_partial,
            ))?;
            super::tell_input(session, &access);
        }
    }
    Ok(match (decision.allowed(), is_partial) {
        (true, _) => EXIT_ALLOWED,
        (false, true) if session.configuration.strict => EXIT_PARTLY,
        _ => session.configuration.exit_code.unwrap_or(EXIT_DENIED),
    })
}

fn text(
    access: &Access,
    identity: &Identity,
    question: &Question,
    decision: &Decision,
    arguments: &CanArgs,
    is_partial: bool,
) -> String {
    let who = super::cleaned(&arguments.subject);
    let what = question.display();
    let mut out = match decision.because {
        Some(Because::Masters) => {
            format!("yes: {who} can {what}\n  members of system:masters may do everything\n")
        }
        Some(Because::Granted(grant)) => {
            format!("yes: {who} can {what}\n{}", because(access, grant))
        }
        None => format!("no: {who} cannot {what}\n"),
    };
    if decision.because.is_some() {
        return out;
    }
    if question.namespace.is_empty() && !question.is_clusterwide_by_nature() {
        let places = access.where_allowed(identity, question);
        if !places.is_empty() {
            let shown: Vec<&str> = places
                .iter()
                .map(String::as_str)
                .take(NAMESPACES_SHOWN)
                .collect();
            let more = match places.len().checked_sub(NAMESPACES_SHOWN) {
                Some(more @ 1..) => format!(" and {more} more"),
                _ => String::new(),
            };
            out.push_str(&super::cleaned(&format!(
                "  but yes in {}{more}",
                shown.join(", ")
            )));
            out.push('\n');
        }
    }
    for index in &decision.missing {
        if let Some(binding) = access.bindings.get(*index) {
            let line = format!(
                "  {} ({}) gives {}, which was not read",
                binding.display(),
                access.place(binding.origin),
                binding.role_display()
            );
            out.push_str(&super::cleaned(&line));
            out.push('\n');
        }
    }
    if is_partial {
        out.push_str("  the answer may be incomplete: not everything could be read\n");
    }
    out
}

/// The binding and the rule, each with its place.
pub(super) fn because(access: &Access, grant: Grant) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str("  ");
        out.push_str(&super::cleaned(&text));
        out.push('\n');
    };
    if let Some(binding) = access.bindings.get(grant.binding) {
        let (subject, place) = match binding.subjects.get(grant.subject) {
            Some((subject, origin)) => (subject.to_string(), *origin),
            None => (String::new(), binding.origin),
        };
        line(format!(
            "{} gives {} to {subject} ({})",
            binding.display(),
            binding.role_display(),
            access.place(place)
        ));
    }
    if let Some(rule) = access.rules.get(grant.rule) {
        line(format!(
            "its rule allows {} ({})",
            super::rights::rule_text(rule),
            access.place(rule.origin)
        ));
    }
    out
}

fn json(
    access: &Access,
    question: &Question,
    decision: &Decision,
    subject: &str,
    is_partial: bool,
) -> serde_json::Value {
    let mut out = json!({
        "schema": "plimsoll.access/v1",
        "subject": subject,
        "question": question.display(),
        "allowed": decision.allowed(),
        "partial": is_partial,
    });
    let missing: Vec<String> = decision
        .missing
        .iter()
        .filter_map(|index| access.bindings.get(*index))
        .map(Binding::role_display)
        .collect();
    if let Some(map) = out.as_object_mut() {
        if let Some(because) = decision.because {
            map.insert("because".to_owned(), because_json(access, because));
        }
        if !missing.is_empty() {
            map.insert("missing_roles".to_owned(), json!(missing));
        }
        map.insert("unknowns".to_owned(), super::unknowns(access));
    }
    out
}

pub(super) fn because_json(access: &Access, because: Because) -> serde_json::Value {
    let grant = match because {
        Because::Masters => return json!({"group": "system:masters"}),
        Because::Granted(grant) => grant,
    };
    let binding = access.bindings.get(grant.binding);
    let place = binding.map(|binding| {
        let subject = binding.subjects.get(grant.subject);
        access.place(subject.map_or(binding.origin, |(_, origin)| *origin))
    });
    let rule = access.rules.get(grant.rule);
    json!({
        "binding": binding.map(Binding::display),
        "binding_at": place,
        "role": binding.map(Binding::role_display),
        "rule": rule.map(super::rights::rule_text),
        "rule_at": rule.map(|rule| access.place(rule.origin)),
    })
}

//! `access rights`: everything that somebody may do, by namespace.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use plimsoll_access::{Access, Binding, Identity, Right, Rule, Subject};
use serde_json::json;

use super::Form;
use crate::cli::RightsArgs;
use crate::failure::Failure;
use crate::outputs;
use crate::session::Session;

pub fn run(session: &Session, arguments: &RightsArgs) -> Result<u8, Failure> {
    let form = super::form(session)?;
    let one = arguments.of.as_deref().map(super::subject).transpose()?;
    let access = super::read(session, &arguments.input, arguments.with_defaults)?;
    let list: Vec<(Subject, Vec<Right<'_>>)> = match one {
        Some(subject) => {
            let identity = Identity::of(&subject, &arguments.group);
            let rights = access.rights(&identity);
            vec![(subject, rights)]
        }
        None => access
            .subjects()
            .map(|subject| (subject.clone(), access.own_rights(subject)))
            .collect(),
    };
    match form {
        Form::Json => {
            let subjects: Vec<serde_json::Value> = list
                .iter()
                .map(|(subject, rights)| {
                    let rights: Vec<_> = rights.iter().map(|right| json(&access, right)).collect();
                    json!({"subject": subject.to_string(), "rights": rights})
                })
                .collect();
            super::print_json(&json!({
                "schema": "plimsoll.access/v1",
                "subjects": subjects,
                "unknowns": super::unknowns(&access),
            }))?;
        }
        Form::Text => {
            let mut out = String::new();
            for (subject, rights) in &list {
                text(&access, subject, rights, &mut out);
            }
            outputs::print(&out)?;
            super::tell_input(session, &access);
        }
    }
    Ok(super::partly(session, !access.unknowns.is_empty()))
}

fn text(access: &Access, subject: &Subject, rights: &[Right<'_>], out: &mut String) {
    let _ = writeln!(out, "{subject}");
    if rights.is_empty() {
        out.push_str("  nothing\n");
    }
    let mut by_place: BTreeMap<Option<&str>, Vec<&Right<'_>>> = BTreeMap::new();
    for right in rights {
        by_place.entry(right.namespace).or_default().push(right);
    }
    for (namespace, rights) in by_place {
        let place = namespace.map_or_else(
            || "  in the whole cluster".to_owned(),
            |namespace| format!("  in namespace {}", super::cleaned(namespace)),
        );
        out.push_str(&place);
        out.push('\n');
        for right in rights {
            let source = access.bindings.get(right.grant.binding);
            let line = format!(
                "    {} ({}, {})",
                rule_text(right.rule),
                source.map_or_else(String::new, Binding::display),
                access.place(right.rule.origin)
            );
            out.push_str(&super::cleaned(&line));
            out.push('\n');
        }
    }
}

/// `get, list pods, pods/log`, with group and names where they say something.
pub(super) fn rule_text(rule: &Rule) -> String {
    let joined = |list: &[Box<str>]| {
        let words: Vec<&str> = list
            .iter()
            .map(|word| if word.is_empty() { "\"\"" } else { word })
            .collect();
        words.join(", ")
    };
    let mut out = joined(&rule.verbs);
    if !rule.resources.is_empty() {
        out = format!("{out} on {}", joined(&rule.resources));
        if rule.groups.iter().any(|group| !group.is_empty()) {
            out = format!("{out} of {}", joined(&rule.groups));
        }
    }
    if !rule.names.is_empty() {
        out = format!("{out} named {}", joined(&rule.names));
    }
    if !rule.urls.is_empty() {
        out = format!("{out} on {}", joined(&rule.urls));
    }
    out
}

fn json(access: &Access, right: &Right<'_>) -> serde_json::Value {
    let binding = access.bindings.get(right.grant.binding);
    let mut out = json!({
        "verbs": right.rule.verbs,
        "binding": binding.map(Binding::display),
        "role": binding.map(Binding::role_display),
        "rule_at": access.place(right.rule.origin),
    });
    if let Some(map) = out.as_object_mut() {
        if let Some(namespace) = right.namespace {
            map.insert("namespace".to_owned(), json!(namespace));
        }
        for (key, list) in [
            ("api_groups", &right.rule.groups),
            ("resources", &right.rule.resources),
            ("names", &right.rule.names),
            ("urls", &right.rule.urls),
        ] {
            if !list.is_empty() {
                map.insert(key.to_owned(), json!(list));
            }
        }
    }
    out
}

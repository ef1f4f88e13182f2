//! `access diff`: rights gained and lost, by subject.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use plimsoll_access::{Atom, Change, difference};
use serde_json::json;

use super::Form;
use crate::cli::{AccessDiffArgs, AccessInput, ClusterArgs};
use crate::failure::Failure;
use crate::outputs;
use crate::session::Session;

pub fn run(session: &Session, arguments: &AccessDiffArgs) -> Result<u8, Failure> {
    let form = super::form(session)?;
    let read = |path: &PathBuf| {
        let input = AccessInput {
            cluster: ClusterArgs::default(),
            paths: vec![path.clone()],
            helm_values: Vec::new(),
            helm_set: Vec::new(),
        };
        super::read(session, &input, false)
    };
    let old = read(&arguments.old)?;
    let new = read(&arguments.new)?;
    let changes = difference(&old, &new);
    let is_partial = !(old.unknowns.is_empty() && new.unknowns.is_empty())
        || changes.iter().any(|change| change.is_cut);
    match form {
        Form::Json => {
            let list: Vec<serde_json::Value> = changes.iter().map(json).collect();
            super::print_json(&json!({
                "schema": "plimsoll.access/v1",
                "subjects": list,
                "partial": is_partial,
            }))?;
        }
        Form::Text => {
            let mut out = String::new();
            if changes.is_empty() {
                out.push_str("no right was gained or lost\n");
            }
            for change in &changes {
                text(change, &mut out);
            }
            outputs::print(&out)?;
            super::tell_input(session, &old);
            super::tell_input(session, &new);
        }
    }
    Ok(super::partly(session, is_partial))
}

fn text(change: &Change, out: &mut String) {
    let _ = writeln!(out, "{}", change.subject);
    for (sign, list) in [("+", &change.gained), ("-", &change.lost)] {
        for line in folded(list) {
            let _ = writeln!(out, "  {sign} {}", super::cleaned(&line));
        }
    }
    if change.is_cut {
        out.push_str("  rules that name too much to be compared are left out\n");
    }
}

/// Namespace, group, resource, name, URL.
type Thing<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);
/// Namespace, verbs, name.
type Rest<'a> = (&'a str, Vec<&'a str>, &'a str);

/// One line for each thing, with its verbs together.
fn folded(atoms: &[Atom]) -> Vec<String> {
    let mut verbs: BTreeMap<Thing<'_>, Vec<&str>> = BTreeMap::new();
    for atom in atoms {
        let thing: Thing<'_> = (
            &atom.namespace,
            &atom.group,
            &atom.resource,
            &atom.name,
            &atom.url,
        );
        verbs.entry(thing).or_default().push(&atom.verb);
    }
    // Resources with the same verbs share a line.
    let mut lines: BTreeMap<Rest<'_>, Vec<String>> = BTreeMap::new();
    for ((namespace, group, resource, name, url), verbs) in verbs {
        let thing = match (group, url) {
            ("", "") => resource.to_owned(),
            (_, "") => match resource.split_once('/') {
                Some((resource, part)) => format!("{resource}.{group}/{part}"),
                None => format!("{resource}.{group}"),
            },
            _ => url.to_owned(),
        };
        lines
            .entry((namespace, verbs, name))
            .or_default()
            .push(thing);
    }
    let line = |((namespace, verbs, name), things): (Rest<'_>, Vec<String>)| {
        let named = if name.is_empty() {
            String::new()
        } else {
            format!(" named {name}")
        };
        let place = match namespace {
            "" => "in the whole cluster".to_owned(),
            namespace => format!("in namespace {namespace}"),
        };
        format!(
            "{} on {}{named} {place}",
            verbs.join(", "),
            things.join(", ")
        )
    };
    lines.into_iter().map(line).collect()
}

fn json(change: &Change) -> serde_json::Value {
    let list = |atoms: &[Atom]| -> Vec<serde_json::Value> {
        atoms
            .iter()
            .map(|atom| {
                let mut out = serde_json::Map::new();
                out.insert("verb".to_owned(), json!(atom.verb));
                for (key, value) in [
                    ("namespace", &atom.namespace),
                    ("api_group", &atom.group),
                    ("resource", &atom.resource),
                    ("name", &atom.name),
                    ("url", &atom.url),
                ] {
                    if !value.is_empty() {
                        out.insert(key.to_owned(), json!(value));
                    }
                }
                out.into()
            })
            .collect()
    };
    json!({
        "subject": change.subject.to_string(),
        "gained": list(&change.gained),
        "lost": list(&change.lost),
    })
}

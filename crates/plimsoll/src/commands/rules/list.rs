//! `rules list`: which rules there are and what each needs.

use std::fmt::Write as _;

use plimsoll_behavior::fields;
use plimsoll_behavior::rules::{Loaded, Needs, Rule};
use plimsoll_model::text::{clean, counted};
use serde_json::{Value, json};

use super::{Form, unusable};
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::outputs;

/// Most event types that the table names for a rule.
const NAMED_MAX: usize = 4;

pub fn run(loaded: &Loaded, form: Form) -> Result<u8, Failure> {
    if let Some(failure) = unusable(loaded) {
        return Err(failure);
    }
    let text = match form {
        Form::Text => table(loaded),
        Form::Json => {
            let rules: Vec<_> = loaded.set.rules.iter().map(|rule| one(rule)).collect();
            format!(
                "{:#}\n",
                json!({"schema": "plimsoll.rules/v1", "rules": rules})
            )
        }
    };
    outputs::print(&text)?;
    Ok(EXIT_ALLOWED)
}

fn table(loaded: &Loaded) -> String {
    let head = [
        "RULE", "PRIORITY", "SOURCE", "STATE", "EVENTS", "TAGS", "WHERE",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    for rule in &loaded.set.rules {
        let needs = rule.needs();
        let tags: Vec<_> = rule.tags.iter().map(String::as_str).collect();
        rows.push([
            clean(&rule.name).into_owned(),
            rule.priority.to_string(),
            clean(&rule.source.0).into_owned(),
            state(rule, &needs).to_owned(),
            clean(&events(&needs)).into_owned(),
            clean(&tags.join(",")).into_owned(),
            clean(&format!("{}:{}", rule.at.file, rule.at.place.line)).into_owned(),
        ]);
    }
    let mut widths = [0; 7];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths);
        let line: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        let _ = writeln!(text, "{}", line.join("  ").trim_end());
    }
    let count = loaded.set.rules.len();
    let enabled = loaded.set.rules.iter().filter(|rule| rule.enabled).count();
    let _ = writeln!(
        text,
        "\n{}, {enabled} enabled",
        counted(count, "rule", "rules")
    );
    text
}

/// Enabled or not; `blind` where its condition asks for a field that is never known here.
fn state(rule: &Rule, needs: &Needs) -> &'static str {
    let is_blind = needs.fields.iter().any(|name| unknown(name).is_some());
    match (rule.enabled, is_blind) {
        (true, false) => "enabled",
        (true, true) => "partly",
        (false, _) => "disabled",
    }
}

/// Why a field is never known here, if it is not.
fn unknown(name: &str) -> Option<&'static str> {
    fields::by_name(name)?.unknowable()
}

fn events(needs: &Needs) -> String {
    let Some(types) = &needs.event_types else {
        return "any".to_owned();
    };
    let named: Vec<_> = types.iter().take(NAMED_MAX).map(|name| &**name).collect();
    let more = types.len().saturating_sub(NAMED_MAX);
    if more == 0 {
        return named.join(",");
    }
    format!("{},+{more}", named.join(","))
}

fn one(rule: &Rule) -> Value {
    let needs = rule.needs();
    let both = needs.fields.iter().chain(&needs.output_fields);
    let unknown: serde_json::Map<_, _> = both
        .filter_map(|name| Some((name.to_string(), unknown(name)?.into())))
        .collect();
    let mut value = json!({
        "rule": &*rule.name,
        "description": rule.desc,
        "priority": rule.priority.name(),
        "source": &*rule.source.0,
        "tags": rule.tags,
        "enabled": rule.enabled,
        "condition": rule.condition.to_string(),
        "output": rule.output.to_string(),
        "file": &*rule.at.file,
        "line": rule.at.place.line,
        "fields": names(&needs.fields),
        "output_fields": names(&needs.output_fields),
    });
    if let Some(map) = value.as_object_mut() {
        if let Some(types) = &needs.event_types {
            map.insert("event_types".to_owned(), names(types).into());
        }
        if !unknown.is_empty() {
            map.insert("fields_unknown".to_owned(), unknown.into());
        }
    }
    value
}

fn names(names: &std::collections::BTreeSet<std::sync::Arc<str>>) -> Vec<&str> {
    names.iter().map(|name| &**name).collect()
}

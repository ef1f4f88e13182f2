//! Exceptions as the condition that they stand for: `(…) and not (…)` behind the rule's own.
//!
//! Put together as text, as Falco does: a value in an exception is read like a value in a condition,
//! so that lists may be named and quotes mean what they mean there.

use std::collections::BTreeSet;

use super::condition::Operator;
use super::cursor;
use super::definitions::{Entry, ExceptionInfo};
use super::diagnostic::Diagnostic;
use super::lists::quoted;
use super::located::Located;

/// A condition with exceptions put behind it, and the fields that they name.
pub fn put_behind(
    condition: &Located,
    exceptions: &[ExceptionInfo],
) -> Result<(Located, BTreeSet<String>), Diagnostic> {
    let mut fields = BTreeSet::new();
    if exceptions.is_empty() {
        return Ok((condition.clone(), fields));
    }
    let mut whole = Located::default();
    if let Some(site) = condition.site(0) {
        whole.push_fixed("(", &site);
        whole.push(condition);
        whole.push_fixed(")", &site);
    }
    for exception in exceptions
        .iter()
        .filter(|exception| !exception.values.is_empty())
    {
        let start = exception.context.site();
        whole.push_fixed(" and not (", start);
        match &exception.fields {
            Entry::One(field, _) => one_field(&mut whole, field, exception)?,
            Entry::Many(names, _) => several_fields(&mut whole, names, exception)?,
        }
        whole.push_fixed(")", start);
        match &exception.fields {
            Entry::One(field, _) => fields.extend([field.clone()]),
            Entry::Many(names, _) => {
                fields.extend(names.iter().map(|name| name.text().to_owned()));
            }
        }
    }
    Ok((whole, fields))
}

/// `field in (value, value)`.
fn one_field(
    whole: &mut Located,
    field: &str,
    exception: &ExceptionInfo,
) -> Result<(), Diagnostic> {
    let comparison = exception.comps.text();
    let start = exception.fields.site();
    whole.push_fixed(&format!("{field} {comparison} ("), start);
    for (index, value) in exception.values.iter().enumerate() {
        let Entry::One(value, site) = value else {
            let message = "Expected values array to contain a list of strings";
            let error = exception.context.invalid(message);
            return Err(error.hint("with a single field each value is a string, not a list"));
        };
        whole.push_fixed(if index == 0 { "" } else { ", " }, site);
        whole.push_fixed(&quoted(value), site);
    }
    whole.push_fixed(")", start);
    Ok(())
}

/// `(field = value and field = value) or (…)`.
fn several_fields(
    whole: &mut Located,
    fields: &[Entry],
    exception: &ExceptionInfo,
) -> Result<(), Diagnostic> {
    for (index, values) in exception.values.iter().enumerate() {
        let site = values.site();
        if values.items().len() != fields.len() {
            let message = "Fields and values lists must have equal length";
            let error = exception.context.invalid(message);
            let hint = format!("each item of `values` is a list of {} values", fields.len());
            return Err(error.hint(hint));
        }
        whole.push_fixed(if index == 0 { "(" } else { " or (" }, site);
        let comparisons = exception.comps.items().iter();
        let parts = fields.iter().zip(comparisons).zip(values.items());
        for (index, ((field, comparison), value)) in parts.enumerate() {
            let (field, comparison) = (field.text(), comparison.text());
            let and = if index == 0 { "" } else { " and " };
            let value_text = value_text(value, comparison);
            whole.push_fixed(
                &format!("{and}{field} {comparison} {value_text}"),
                value.site(),
            );
        }
        whole.push_fixed(")", site);
    }
    Ok(())
}

/// A value as it stands in a condition behind its comparison.
fn value_text(value: &Entry, comparison: &str) -> String {
    match value {
        Entry::Many(values, _) => {
            let values: Vec<_> = values.iter().map(|value| quoted(value.text())).collect();
            format!("({})", values.join(", "))
        }
        Entry::One(value, _) => {
            if cursor::operator(comparison).is_some_and(Operator::takes_list) {
                return if value.starts_with('(') {
                    value.clone()
                } else {
                    format!("({value})")
                };
            }
            quoted(value)
        }
    }
}

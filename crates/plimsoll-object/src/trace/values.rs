//! Where a value of a chart is set.

use super::path::{Step, node_at};
use super::template::ValuePath;
use crate::yaml::{Entry, Node, Place, Value};

/// A value in a file of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub at: Place,
    /// `image.tag`, with list items as `[2]`.
    pub path: String,
    /// Whether the very value stands there, not only what holds it.
    pub is_exact: bool,
}

/// Looks for the value that a rendered field came from: the value at `path`, or deeper in it by the
/// last steps of the rendered path. `rendered` is what came out, to tell items apart.
pub fn find(
    root: &Node,
    path: &ValuePath,
    rendered_path: &[Step],
    rendered: Option<&Value>,
) -> Option<Found> {
    let (base, at, shown) = resolve(root, path, rendered)?;
    // The rendered field may be deep inside of what the value puts in: the longest end that fits.
    for length in (1..=rendered_path.len()).rev() {
        let end = rendered_path
            .get(rendered_path.len() - length..)
            .unwrap_or_default();
        let (node, at, found) = node_at(base, end);
        let is_same = rendered.is_none_or(|rendered| scalar(rendered) == scalar(&node.value));
        if found == length && is_same {
            return Some(Found {
                at,
                path: end.iter().fold(shown, |shown, step| join(&shown, step)),
                is_exact: true,
            });
        }
    }
    let is_scalar = base.entries().is_empty() && base.items().is_empty();
    Some(Found {
        at,
        path: shown,
        is_exact: is_scalar,
    })
}

fn resolve<'a>(
    root: &'a Node,
    path: &ValuePath,
    rendered: Option<&Value>,
) -> Option<(&'a Node, Place, String)> {
    let mut node = root;
    let mut at = root.at;
    let mut shown = String::new();
    for (index, key) in path.iter().enumerate() {
        if key.is_empty() {
            let rest: Vec<&str> = path.iter().skip(index + 1).map(String::as_str).collect();
            let holds = |item: &Node| {
                let end = rest.iter().try_fold(item, |node, key| node.get(key));
                end.is_some_and(|end| rendered.is_none_or(|r| scalar(r) == scalar(&end.value)))
            };
            if let Some(position) = node.items().iter().position(holds) {
                node = node.items().get(position)?;
                at = node.at;
                shown = format!("{shown}[{position}]");
            } else if let Some(entry) = node.entries().iter().find(|entry| holds(&entry.value)) {
                node = &entry.value;
                at = place(entry);
                shown = join(&shown, &Step::Key(entry.key.to_string()));
            } else {
                break;
            }
            continue;
        }
        let entry = node.entry(key)?;
        node = &entry.value;
        at = place(entry);
        shown = join(&shown, &Step::Key(key.clone()));
    }
    Some((node, at, shown))
}

/// Where a value stands that is one, else its key.
fn place(entry: &Entry) -> Place {
    match entry.value.value {
        Value::Null | Value::List(_) | Value::Map(_) => entry.at,
        _ => entry.value.at,
    }
}

/// A scalar as text: templates make `"true"` of `true`.
fn scalar(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => text.to_string(),
        Value::List(_) | Value::Map(_) => return None,
    })
}

fn join(shown: &str, step: &Step) -> String {
    match step {
        Step::Item(position, _) => format!("{shown}[{position}]"),
        Step::Key(key) if shown.is_empty() => key.clone(),
        Step::Key(key) => format!("{shown}.{key}"),
    }
}

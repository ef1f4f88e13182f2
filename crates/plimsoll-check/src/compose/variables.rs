//! `${NAME:-default}` in values, and `.env` files.

use std::collections::BTreeMap;

use crate::service::node;
use plimsoll_object::yaml::{Entry, Node, Value};

/// Defaults in defaults.
const DEPTH_MAX: usize = 16;
/// Longest value that comes of one text, in bytes; past it the text stays as it is written.
const VALUE_BYTES_MAX: usize = 64 << 10;
/// Most variables of one file.
const VARIABLES_MAX: usize = 10_000;

/// The variables of a `.env` file.
pub fn read_env(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for line in text.lines().take(VARIABLES_MAX) {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        if line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.trim();
        let quoted = |quote: char| {
            value
                .strip_prefix(quote)?
                .split_once(quote)
                .map(|(value, _)| value)
        };
        let value = if let Some(value) = quoted('\'') {
            value.to_owned()
        } else if let Some(value) = quoted('"') {
            expand(value, &out, DEPTH_MAX).unwrap_or_else(|| value.to_owned())
        } else {
            let value = value.split(" #").next().unwrap_or(value).trim_end();
            expand(value, &out, DEPTH_MAX).unwrap_or_else(|| value.to_owned())
        };
        out.insert(name.trim().to_owned(), value);
    }
    out
}

/// A tree with its variables filled in; keys stay as they are.
pub fn filled(tree: &Node, variables: &BTreeMap<String, String>) -> Node {
    let value = match &tree.value {
        Value::Text(text) if text.contains('$') => {
            let new = expand(text, variables, DEPTH_MAX);
            Value::Text(new.as_deref().unwrap_or(text).into())
        }
        Value::List(items) => {
            let items: Vec<Node> = items.iter().map(|item| filled(item, variables)).collect();
            Value::List(items.into())
        }
        Value::Map(entries) => {
            let entries = entries.iter().map(|entry| Entry {
                key: entry.key.clone(),
                at: entry.at,
                value: filled(&entry.value, variables),
            });
            Value::Map(entries.collect::<Vec<_>>().into())
        }
        other => other.clone(),
    };
    node(tree.at, value)
}

/// A text with its variables filled in; `None` when it is too long or nested too deep. What has
/// neither value nor default stays as it is written.
pub fn expand(text: &str, variables: &BTreeMap<String, String>, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = after.strip_prefix('{') {
            let end = closing(after)?;
            let (inside, next) = after.split_at(end);
            rest = next.get(1..)?;
            if let Some(value) = braced(inside, variables, depth).ok()? {
                out.push_str(&value);
            } else {
                out.push_str("${");
                out.push_str(inside);
                out.push('}');
            }
        } else {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = after.find(|c| !is_name(c)).unwrap_or(after.len());
            let (name, next) = after.split_at(end);
            rest = next;
            if let Some(value) = variables.get(name) {
                out.push_str(value);
            } else {
                out.push('$');
                out.push_str(name);
            }
        }
        if out.len() > VALUE_BYTES_MAX {
            return None;
        }
    }
    out.push_str(rest);
    (out.len() <= VALUE_BYTES_MAX).then_some(out)
}

/// The `}` that closes, over those of defaults.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}

/// A text that is too long or nested too deep.
struct TooMuch;

/// What `NAME:-default` and its like mean; the inner `None` when only a run can tell.
fn braced(
    inside: &str,
    variables: &BTreeMap<String, String>,
    depth: usize,
) -> Result<Option<String>, TooMuch> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
    let (name, operator) = inside.split_at(end);
    let value = variables.get(name);
    let set = value.filter(|value| !value.is_empty());
    let expand = |text| expand(text, variables, depth).ok_or(TooMuch);
    Ok(if let Some(default) = operator.strip_prefix(":-") {
        match set {
            Some(value) => Some(value.clone()),
            None => Some(expand(default)?),
        }
    } else if let Some(default) = operator.strip_prefix('-') {
        match value {
            Some(value) => Some(value.clone()),
            None => Some(expand(default)?),
        }
    } else if let Some(other) = operator.strip_prefix(":+") {
        match set {
            Some(_) => Some(expand(other)?),
            None => Some(String::new()),
        }
    } else if let Some(other) = operator.strip_prefix('+') {
        match value {
            Some(_) => Some(expand(other)?),
            None => Some(String::new()),
        }
    } else {
        // Alone, or with `?` and a message: there is a value or the run fails.
        value.cloned()
    })
}

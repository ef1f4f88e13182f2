//! Labels and label selectors, with all four operators.
//!
//! A selector that cannot be understood is an error with its place, never one that selects all.

use std::collections::BTreeMap;
use std::fmt;

use super::cluster::Misread;
use plimsoll_object::yaml::{Node, Value};

pub type Labels = BTreeMap<Box<str>, Box<str>>;

/// What a label must be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requirement {
    In(Box<str>, Vec<Box<str>>),
    NotIn(Box<str>, Vec<Box<str>>),
    Exists(Box<str>),
    DoesNotExist(Box<str>),
}

impl Requirement {
    pub fn holds(&self, labels: &Labels) -> bool {
        match self {
            Self::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Self::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
            Self::Exists(key) => labels.contains_key(key),
            Self::DoesNotExist(key) => !labels.contains_key(key),
        }
    }
}

/// Requirements that must all hold; without one it selects everything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Selector {
    pub requirements: Vec<Requirement>,
}

impl Selector {
    pub const fn everything() -> Self {
        Self {
            requirements: Vec::new(),
        }
    }

    /// The labels must be there with these values.
    pub fn labels(labels: &Labels) -> Self {
        let requirements = labels.iter();
        Self {
            requirements: requirements
                .map(|(key, value)| Requirement::In(key.clone(), vec![value.clone()]))
                .collect(),
        }
    }

    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements
            .iter()
            .all(|requirement| requirement.holds(labels))
    }

    /// A `LabelSelector`, as `metav1` defines it.
    pub fn read(node: &Node) -> Result<Self, Misread> {
        let mut out = Self::default();
        if !matches!(node.value, Value::Map(_)) {
            return Err(Misread::at(node.at, "the selector is no map"));
        }
        for entry in node.entries() {
            match &*entry.key {
                "matchLabels" => {
                    for (key, value) in read_map(&entry.value)? {
                        out.requirements.push(Requirement::In(key, vec![value]));
                    }
                }
                "matchExpressions" => {
                    if !matches!(entry.value.value, Value::List(_) | Value::Null) {
                        return Err(Misread::at(entry.value.at, "`matchExpressions` is no list"));
                    }
                    for item in entry.value.items() {
                        out.requirements.push(expression(item)?);
                    }
                }
                other => {
                    let reason = format!("a selector has no field `{}`", other.escape_debug());
                    return Err(Misread::at(entry.at, reason));
                }
            }
        }
        out.requirements.sort();
        Ok(out)
    }
}

/// A map of labels; values must be text.
pub fn read_map(node: &Node) -> Result<Labels, Misread> {
    if !matches!(node.value, Value::Map(_) | Value::Null) {
        return Err(Misread::at(node.at, "labels are no map"));
    }
    let mut out = Labels::new();
    for entry in node.entries() {
        let Some(value) = entry.value.as_str() else {
            let key = entry.key.escape_debug();
            let reason = format!("the value of the label `{key}` is no text: quote it");
            return Err(Misread::at(entry.value.at, reason));
        };
        out.insert((&*entry.key).into(), value.into());
    }
    Ok(out)
}

fn expression(node: &Node) -> Result<Requirement, Misread> {
    let text = |key: &str| node.at_path(&[key]).and_then(Node::as_str);
    let Some(key) = text("key").filter(|key| !key.is_empty()) else {
        return Err(Misread::at(node.at, "the expression has no `key`"));
    };
    let mut values = Vec::new();
    for value in node.get("values").map_or(&[][..], Node::items) {
        let Some(value) = value.as_str() else {
            let reason = "a value of the expression is no text: quote it";
            return Err(Misread::at(value.at, reason));
        };
        values.push(value.into());
    }
    let needs = !values.is_empty();
    let key = key.into();
    match text("operator") {
        Some("In") if needs => Ok(Requirement::In(key, values)),
        Some("NotIn") if needs => Ok(Requirement::NotIn(key, values)),
        Some("Exists") if !needs => Ok(Requirement::Exists(key)),
        Some("DoesNotExist") if !needs => Ok(Requirement::DoesNotExist(key)),
        Some(operator @ ("In" | "NotIn")) => Err(Misread::at(
            node.at,
            format!("the operator `{operator}` needs `values`"),
        )),
        Some(operator @ ("Exists" | "DoesNotExist")) => Err(Misread::at(
            node.at,
            format!("the operator `{operator}` takes no `values`"),
        )),
        operator => Err(Misread::at(
            node.at,
            format!(
                "the operator `{}` is none of In, NotIn, Exists, DoesNotExist",
                operator.unwrap_or_default().escape_debug()
            ),
        )),
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.requirements.is_empty() {
            return out.write_str("{}");
        }
        for (index, requirement) in self.requirements.iter().enumerate() {
            if index > 0 {
                out.write_str(", ")?;
            }
            match requirement {
                Requirement::In(key, values) if values.len() == 1 => {
                    write!(out, "{key}={}", values.join(""))?;
                }
                Requirement::In(key, values) => write!(out, "{key} in ({})", values.join(", "))?,
                Requirement::NotIn(key, values) => {
                    write!(out, "{key} notin ({})", values.join(", "))?;
                }
                Requirement::Exists(key) => write!(out, "{key}")?,
                Requirement::DoesNotExist(key) => write!(out, "!{key}")?,
            }
        }
        Ok(())
    }
}

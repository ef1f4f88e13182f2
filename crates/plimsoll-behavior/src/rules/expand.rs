//! Macros put into conditions: every rule that names a macro holds the same node.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::condition::{Check, Condition, Right, Site};
use super::located::Located;
use super::parser::Parsed;

/// Most parts of a rule's condition with everything put in.
pub const NODES_MAX: usize = 250_000;
/// Deepest nesting of a condition with everything put in.
pub const DEPTH_MAX: usize = 400;

/// A condition without names, and how large it is when nothing of it is shared.
#[derive(Debug, Clone)]
pub struct Expanded {
    pub condition: Arc<Condition>,
    pub nodes: usize,
    pub depth: usize,
}

/// What is wrong with a condition at an offset.
pub struct ExpandError {
    pub offset: usize,
    pub message: String,
}

/// Puts conditions together, lists of values shared.
#[derive(Default)]
pub struct Expander {
    lists: BTreeSet<Arc<[Arc<str>]>>,
}

impl Expander {
    /// A condition with its macros put in; `find` knows them all.
    pub fn expand<F>(
        &mut self,
        parsed: &Parsed,
        text: &Located,
        find: &F,
    ) -> Result<Expanded, ExpandError>
    where
        F: Fn(&str) -> Option<Expanded>,
    {
        let expanded = match parsed {
            Parsed::And(parts) => self.joined(parts, text, find, Condition::And)?,
            Parsed::Or(parts) => self.joined(parts, text, find, Condition::Or)?,
            Parsed::Not(part) => {
                let part = self.expand(part, text, find)?;
                Expanded {
                    condition: Arc::new(Condition::Not(part.condition)),
                    nodes: part.nodes + 1,
                    depth: part.depth + 1,
                }
            }
            Parsed::Check {
                left,
                operator,
                right,
                offset,
                ..
            } => {
                let check = Check {
                    left: left.clone(),
                    operator: *operator,
                    right: self.shared(right),
                    at: text.site(*offset).unwrap_or_else(nowhere),
                };
                Expanded {
                    condition: Arc::new(Condition::Check(check)),
                    nodes: 1,
                    depth: 1,
                }
            }
            Parsed::Macro { name, offset } => find(name).ok_or_else(|| ExpandError {
                offset: *offset,
                message: format!("Undefined macro '{name}' used in filter."),
            })?,
        };
        let offset = start(parsed);
        if expanded.nodes > NODES_MAX {
            let message =
                format!("the condition has more than {NODES_MAX} parts, its macros put in");
            return Err(ExpandError { offset, message });
        }
        if expanded.depth > DEPTH_MAX {
            let message =
                format!("the condition is nested deeper than {DEPTH_MAX}, its macros put in");
            return Err(ExpandError { offset, message });
        }
        Ok(expanded)
    }

    fn joined<F>(
        &mut self,
        parts: &[Parsed],
        text: &Located,
        find: &F,
        node: fn(Vec<Arc<Condition>>) -> Condition,
    ) -> Result<Expanded, ExpandError>
    where
        F: Fn(&str) -> Option<Expanded>,
    {
        let mut conditions = Vec::with_capacity(parts.len());
        let (mut nodes, mut depth) = (1usize, 0);
        for part in parts {
            let part = self.expand(part, text, find)?;
            nodes = nodes.saturating_add(part.nodes);
            depth = depth.max(part.depth);
            conditions.push(part.condition);
        }
        Ok(Expanded {
            condition: Arc::new(node(conditions)),
            nodes,
            depth: depth + 1,
        })
    }

    fn shared(&mut self, right: &Right) -> Right {
        let Right::Values(values) = right else {
            return right.clone();
        };
        if let Some(known) = self.lists.get(values) {
            return Right::Values(Arc::clone(known));
        }
        self.lists.insert(Arc::clone(values));
        right.clone()
    }
}

fn nowhere() -> Site {
    Site {
        file: "".into(),
        place: plimsoll_yaml::Place::default(),
    }
}

/// Where a part begins.
pub fn start(parsed: &Parsed) -> usize {
    match parsed {
        Parsed::And(parts) | Parsed::Or(parts) => parts.first().map_or(0, start),
        Parsed::Not(part) => start(part),
        Parsed::Check { offset, .. } | Parsed::Macro { offset, .. } => *offset,
    }
}

/// Macros that a condition names itself, with where.
pub fn macros(parsed: &Parsed) -> Vec<(Arc<str>, usize)> {
    let mut found = Vec::new();
    let mut open = vec![parsed];
    while let Some(part) = open.pop() {
        match part {
            Parsed::And(parts) | Parsed::Or(parts) => open.extend(parts.iter().rev()),
            Parsed::Not(part) => open.push(part),
            Parsed::Macro { name, offset } => found.push((Arc::clone(name), *offset)),
            Parsed::Check { .. } => {}
        }
    }
    found
}

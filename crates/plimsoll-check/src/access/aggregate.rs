//! Aggregated ClusterRoles: rules that the controller gathers from roles by their labels.
//!
//! The controller replaces the rules of such a role by those of all roles that its selectors choose,
//! itself apart, and does so again whenever one of them changes: in the end each holds what can be
//! gathered over several steps. A role that comes from a cluster holds it already.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Access;

/// Most pairs of an aggregated role and one that it chooses, and most rules that all of them are
/// given together.
pub const GATHERED_MAX: usize = 4_000_000;

/// How a value must stand to those of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// A label selector: everything in it must hold. An empty one chooses every role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    pub labels: Vec<(Box<str>, Box<str>)>,
    pub expressions: Vec<(Box<str>, Operator, Vec<Box<str>>)>,
}

impl Selector {
    pub fn chooses(&self, labels: &BTreeMap<Box<str>, Box<str>>) -> bool {
        let equal = self
            .labels
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value));
        equal
            && self.expressions.iter().all(|(key, operator, values)| {
                let value = labels.get(key);
                match operator {
                    Operator::In => value.is_some_and(|value| values.contains(value)),
                    Operator::NotIn => value.is_none_or(|value| !values.contains(value)),
                    Operator::Exists => value.is_some(),
                    Operator::DoesNotExist => value.is_none(),
                }
            })
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Roles whose own rules were taken away.
    pub replaced: Vec<usize>,
    /// Whether [`GATHERED_MAX`] was reached, and roles were left without a part of their rules.
    pub is_cut: bool,
}

/// Gives each aggregated role its rules.
pub fn gather(access: &mut Access) -> Gathered {
    let mut out = Gathered::default();
    let chosen = chosen(access, &mut out.is_cut);
    let mut left = GATHERED_MAX;
    let mut results: Vec<(usize, Vec<usize>)> = Vec::new();
    for &role in chosen.keys() {
        let Some(read) = access.roles.get(role) else {
            continue;
        };
        let mut rules: BTreeSet<usize> = BTreeSet::new();
        if read.is_live {
            rules.extend(&read.rules);
        }
        // Everything that can be reached over aggregated roles, each visited once.
        let mut seen = BTreeSet::from([role]);
        let mut open = vec![role];
        while let Some(next) = open.pop() {
            for &part in chosen.get(&next).into_iter().flatten() {
                if !seen.insert(part) {
                    continue;
                }
                let Some(source) = access.roles.get(part) else {
                    continue;
                };
                if chosen.contains_key(&part) {
                    open.push(part);
                    if !source.is_live {
                        continue;
                    }
                }
                rules.extend(&source.rules);
            }
        }
        if read.rules.iter().any(|rule| !holds(access, &rules, *rule)) {
            out.replaced.push(role);
        }
        if rules.len() > left {
            out.is_cut = true;
        }
        let rules: Vec<usize> = rules.into_iter().take(left).collect();
        left -= rules.len();
        results.push((role, rules));
    }
    for (role, rules) in results {
        if let Some(role) = access.roles.get_mut(role) {
            role.rules = rules;
        }
    }
    out
}

/// Whether a rule is among others, by what it says.
fn holds(access: &Access, rules: &BTreeSet<usize>, rule: usize) -> bool {
    let Some(wanted) = access.rules.get(rule) else {
        return true;
    };
    rules.contains(&rule)
        || rules.iter().any(|index| {
            access.rules.get(*index).is_some_and(|rule| {
                rule.verbs == wanted.verbs
                    && rule.groups == wanted.groups
                    && rule.resources == wanted.resources
                    && rule.names == wanted.names
                    && rule.urls == wanted.urls
            })
        })
}

/// The roles that each aggregated role chooses directly.
fn chosen(access: &Access, is_cut: &mut bool) -> BTreeMap<usize, Vec<usize>> {
    let mut left = GATHERED_MAX;
    let mut by_label: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let mut all = Vec::new();
    for (index, role) in access.roles.iter().enumerate() {
        if role.namespace.is_some() {
            continue;
        }
        all.push(index);
        for (key, value) in &role.labels {
            by_label.entry((key, value)).or_default().push(index);
        }
    }
    let mut out = BTreeMap::new();
    for &index in &all {
        let Some(selectors) = access
            .roles
            .get(index)
            .and_then(|role| role.gathers.as_ref())
        else {
            continue;
        };
        let mut list = BTreeSet::new();
        for selector in selectors {
            let candidates = match selector.labels.first() {
                Some((key, value)) => by_label.get(&(&**key, &**value)),
                None => Some(&all),
            };
            for &candidate in candidates.into_iter().flatten() {
                if left == 0 {
                    *is_cut = true;
                    break;
                }
                left -= 1;
                let role = access.roles.get(candidate);
                if candidate != index && role.is_some_and(|role| selector.chooses(&role.labels)) {
                    list.insert(candidate);
                }
            }
        }
        out.insert(index, list.into_iter().collect());
    }
    out
}

//! Aggregated ClusterRoles: rules that the controller gathers from roles by their labels.
//!
//! The controller replaces the rules of such a role by those of all roles that its selectors choose,
//! itself apart, and does so again whenever one of them changes: in the end each holds what can be
//! gathered over several steps. A role that comes from a cluster holds it already.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Access;

/// Most steps of gathering: roles looked at, and rules given, all aggregated roles together.
pub const GATHERED_MAX: usize = 4_000_000;

/// How a value must stand to those of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// A label selector: everything in it must hold. An empty one chooses every role.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
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
    let mut left = GATHERED_MAX;
    let classes = Classes::new(access, &mut left);
    let mut closures: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut results: Vec<(usize, Vec<usize>)> = Vec::new();
    for (&role, &class) in &classes.of_role {
        let Some(read) = access.roles.get(role) else {
            continue;
        };
        let closure = closures
            .entry(class)
            .or_insert_with(|| classes.closure(access, class, &mut left));
        if read
            .rules
            .iter()
            .any(|rule| !read.is_live && !holds(access, closure, *rule))
        {
            out.replaced.push(role);
        }
        let own = read.rules.iter().filter(|_| read.is_live).copied();
        let mut rules: Vec<usize> = closure.iter().copied().take(left).chain(own).collect();
        left = left.saturating_sub(rules.len());
        rules.sort_unstable();
        rules.dedup();
        results.push((role, rules));
    }
    out.is_cut = left == 0;
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

/// Aggregated roles with the same selectors gather the same: that is worked out once for them all.
struct Classes {
    of_role: BTreeMap<usize, usize>,
    /// The roles that each class chooses directly.
    chosen: Vec<Vec<usize>>,
}

impl Classes {
    fn new(access: &Access, left: &mut usize) -> Self {
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
        let mut known: BTreeMap<&[Selector], usize> = BTreeMap::new();
        let mut out = Self {
            of_role: BTreeMap::new(),
            chosen: Vec::new(),
        };
        for &index in &all {
            let role = access.roles.get(index);
            let Some(selectors) = role.and_then(|role| role.gathers.as_deref()) else {
                continue;
            };
            let class = *known.entry(selectors).or_insert_with(|| {
                let mut list = BTreeSet::new();
                for selector in selectors {
                    let candidates = match selector.labels.first() {
                        Some((key, value)) => by_label.get(&(&**key, &**value)),
                        None => Some(&all),
                    };
                    for &candidate in candidates.into_iter().flatten().take(*left) {
                        *left = left.saturating_sub(1);
                        let role = access.roles.get(candidate);
                        if role.is_some_and(|role| selector.chooses(&role.labels)) {
                            list.insert(candidate);
                        }
                    }
                }
                out.chosen.push(list.into_iter().collect());
                out.chosen.len() - 1
            });
            out.of_role.insert(index, class);
        }
        out
    }

    /// The rules of everything that can be reached over aggregated roles. What stands in one of those
    /// counts where it comes from a cluster.
    fn closure(&self, access: &Access, class: usize, left: &mut usize) -> BTreeSet<usize> {
        let mut rules = BTreeSet::new();
        let mut seen = BTreeSet::from([class]);
        let mut open = vec![class];
        while let Some(class) = open.pop() {
            for part in self.chosen.get(class).into_iter().flatten() {
                let next = self.of_role.get(part);
                if let Some(next) = next.filter(|next| seen.insert(**next)) {
                    open.push(*next);
                }
                let Some(role) = access.roles.get(*part) else {
                    continue;
                };
                *left = left.saturating_sub(1 + role.rules.len());
                if *left == 0 {
                    return rules;
                }
                if next.is_none() || role.is_live {
                    rules.extend(&role.rules);
                }
            }
        }
        rules
    }
}

//! Which rights somebody gained or lost between two states.

use std::collections::BTreeSet;

use super::effective::Right;
use super::model::Access;
use super::subject::Subject;

/// Most single rights that one rule is taken apart into.
const ATOMS_MAX: usize = 100_000;

/// One verb on one thing: what a rule is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Atom {
    /// Empty for the whole cluster.
    pub namespace: Box<str>,
    /// Empty for the core, and for URLs.
    pub group: Box<str>,
    /// Empty for URLs.
    pub resource: Box<str>,
    /// Empty for every object.
    pub name: Box<str>,
    pub url: Box<str>,
    pub verb: Box<str>,
}

/// What changed for one subject by its own bindings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub subject: Subject,
    pub gained: Vec<Atom>,
    pub lost: Vec<Atom>,
    /// Whether rules were too large to be taken apart: something may be left out.
    pub is_cut: bool,
}

/// What changed, by subject; those for whom nothing did are left out.
pub fn difference(old: &Access, new: &Access) -> Vec<Change> {
    let subjects: BTreeSet<&Subject> = old.subjects().chain(new.subjects()).collect();
    let mut out = Vec::new();
    for subject in subjects {
        let before = old.own_rights(subject);
        let after = new.own_rights(subject);
        if is_same(&before, &after) {
            continue;
        }
        let (before, cut_before) = atoms(&before);
        let (after, cut_after) = atoms(&after);
        let gained = beyond(&after, &before);
        let lost = beyond(&before, &after);
        if !(gained.is_empty() && lost.is_empty()) {
            out.push(Change {
                subject: subject.clone(),
                gained,
                lost,
                is_cut: cut_before || cut_after,
            });
        }
    }
    out
}

/// Whether the rules are the same, in the same order: then there is nothing to take apart.
fn is_same(a: &[Right<'_>], b: &[Right<'_>]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.namespace == b.namespace
                && a.rule.verbs == b.rule.verbs
                && a.rule.groups == b.rule.groups
                && a.rule.resources == b.rule.resources
                && a.rule.names == b.rule.names
                && a.rule.urls == b.rule.urls
        })
}

/// The single rights of several rules, and whether some were left out.
pub(super) fn atoms(rights: &[Right<'_>]) -> (BTreeSet<Atom>, bool) {
    let mut out = BTreeSet::new();
    let mut is_cut = false;
    for right in rights {
        let namespace: Box<str> = right.namespace.unwrap_or_default().into();
        let rule = right.rule;
        let every: [Box<str>; 1] = ["".into()];
        let names = if rule.names.is_empty() {
            &every[..]
        } else {
            &rule.names
        };
        let size = rule.verbs.len()
            * (rule.groups.len() * rule.resources.len() * names.len() + rule.urls.len());
        if size > ATOMS_MAX {
            is_cut = true;
            continue;
        }
        for verb in &rule.verbs {
            // In a namespace there are no URLs.
            for url in rule.urls.iter().filter(|_| namespace.is_empty()) {
                out.insert(Atom {
                    namespace: namespace.clone(),
                    group: "".into(),
                    resource: "".into(),
                    name: "".into(),
                    url: plain(url),
                    verb: verb.clone(),
                });
            }
            for group in &rule.groups {
                for resource in &rule.resources {
                    for name in names {
                        out.insert(Atom {
                            namespace: namespace.clone(),
                            group: group.clone(),
                            resource: resource.clone(),
                            name: name.clone(),
                            url: "".into(),
                            verb: verb.clone(),
                        });
                    }
                }
            }
        }
    }
    (out, is_cut)
}

/// A URL with one star at its end, where there are several.
fn plain(url: &str) -> Box<str> {
    match url.strip_suffix("**") {
        Some(_) => format!("{}*", url.trim_end_matches('*')).into(),
        None => url.into(),
    }
}

/// Whether something of `others` gives this right too. Each right stands for things without end (any
/// resource that may come), so that several narrower ones never make up for a wider one.
fn is_covered(right: &Atom, others: &BTreeSet<Atom>) -> bool {
    let wider = |word: &str| -> [Box<str>; 2] { [word.into(), "*".into()] };
    if !right.url.is_empty() {
        let starts = right.url.char_indices().map(|(at, _)| at);
        let starts = starts.filter_map(|at| right.url.get(..at));
        let patterns = starts.map(|start| format!("{start}*").into());
        let patterns: Vec<Box<str>> = patterns.chain([right.url.clone()]).collect();
        return wider(&right.verb).into_iter().any(|verb| {
            patterns.iter().any(|url| {
                others.contains(&Atom {
                    url: url.clone(),
                    verb: verb.clone(),
                    ..right.clone()
                })
            })
        });
    }
    let part = right.resource.split_once('/').map(|(_, part)| part);
    let mut resources = vec![right.resource.clone(), "*".into()];
    resources.extend(part.map(|part| Box::from(format!("*/{part}"))));
    let mut candidate = right.clone();
    for namespace in [right.namespace.clone(), "".into()] {
        candidate.namespace = namespace;
        for verb in wider(&right.verb) {
            candidate.verb = verb;
            for group in wider(&right.group) {
                candidate.group = group;
                for resource in &resources {
                    candidate.resource = resource.clone();
                    for name in [right.name.clone(), "".into()] {
                        candidate.name = name;
                        if others.contains(&candidate) {
                            return true;
                        }
                    }
                }
            }
        }
    }
    false
}

/// Rights that nothing of `others` gives.
fn beyond(rights: &BTreeSet<Atom>, others: &BTreeSet<Atom>) -> Vec<Atom> {
    let rights = rights.iter();
    rights
        .filter(|right| !is_covered(right, others))
        .cloned()
        .collect()
}

//! May somebody do something, and through what: the authorizer's own question.

use std::collections::BTreeMap;

use super::model::{Access, Rule};
use super::question::{Question, What};
use super::subject::{Identity, MASTERS, Subject};

/// What a right comes from: positions in [`Access`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    pub binding: usize,
    /// Which of the binding's subjects.
    pub subject: usize,
    pub role: usize,
    pub rule: usize,
}

/// Why something is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    Granted(Grant),
    /// Members of `system:masters` may do everything, whatever roles say.
    Masters,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub because: Option<Because>,
    /// Bindings of the one who asks whose role was not read: where it is "no", they might say more.
    pub missing: Vec<usize>,
}

impl Decision {
    pub const fn allowed(&self) -> bool {
        self.because.is_some()
    }
}

/// Somebody who may do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub subject: Subject,
    pub because: Because,
}

impl Rule {
    /// Whether the rule allows it, wherever it is given.
    pub fn allows(&self, question: &Question) -> bool {
        let verb = &*question.verb;
        if !has(&self.verbs, verb) {
            return false;
        }
        match &question.what {
            What::Url(url) => self.urls.iter().any(|pattern| covers_url(pattern, url)),
            What::Resource {
                group,
                resource,
                subresource,
                name,
            } => {
                has(&self.groups, group)
                    && self
                        .resources
                        .iter()
                        .any(|pattern| covers_resource(pattern, resource, subresource))
                    && (self.names.is_empty() || self.names.contains(name))
            }
        }
    }
}

fn has(list: &[Box<str>], word: &str) -> bool {
    list.iter().any(|item| &**item == "*" || &**item == word)
}

/// `*` is everything, with all that belongs to it; `*/scale` one part of everything. `pods/*` means
/// nothing but a part that is called so.
pub(super) fn covers_resource(pattern: &str, resource: &str, subresource: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    if subresource.is_empty() {
        return pattern == resource;
    }
    pattern.strip_prefix("*/") == Some(subresource)
        || pattern
            .strip_prefix(resource)
            .and_then(|rest| rest.strip_prefix('/'))
            == Some(subresource)
}

/// A path, or the beginning of one before `*`.
pub(super) fn covers_url(pattern: &str, url: &str) -> bool {
    pattern == url || (pattern.ends_with('*') && url.starts_with(pattern.trim_end_matches('*')))
}

impl Access {
    /// As the API server answers: a role given in the whole cluster, or in the namespace asked about.
    pub fn can(&self, identity: &Identity, question: &Question) -> Decision {
        let mut missing = Vec::new();
        if identity.groups.iter().any(|group| &**group == MASTERS) {
            return Decision {
                because: Some(Because::Masters),
                missing,
            };
        }
        for index in self.bindings_of(identity) {
            let Some(binding) = self.bindings.get(index) else {
                continue;
            };
            if !question.is_within(binding.namespace.as_deref()) {
                continue;
            }
            let Some(role) = self.role_index(binding) else {
                missing.push(index);
                continue;
            };
            let Some(rule) = self.allowing(role, question) else {
                continue;
            };
            let subject = binding
                .subjects
                .iter()
                .position(|(subject, _)| identity.is(subject));
            return Decision {
                because: Some(Because::Granted(Grant {
                    binding: index,
                    subject: subject.unwrap_or_default(),
                    role,
                    rule,
                })),
                missing,
            };
        }
        Decision {
            because: None,
            missing,
        }
    }

    /// The bindings that name somebody or one of the groups, once each, in order.
    pub(super) fn bindings_of(&self, identity: &Identity) -> Vec<usize> {
        let mut list: Vec<usize> = identity
            .subjects()
            .filter_map(|subject| self.bound.get(&subject))
            .flatten()
            .copied()
            .collect();
        list.sort_unstable();
        list.dedup();
        list
    }

    /// The first rule of a role that allows it.
    fn allowing(&self, role: usize, question: &Question) -> Option<usize> {
        let role = self.roles.get(role)?;
        self.rules_of(role)
            .find(|(_, rule)| rule.allows(question))
            .map(|(index, _)| index)
    }

    /// Everybody whom a binding gives it, sorted, each once; groups as such. Members of
    /// `system:masters` may do it in any case.
    pub fn who(&self, question: &Question) -> Vec<Holder> {
        let mut found: BTreeMap<&Subject, Because> = BTreeMap::new();
        let masters = Subject::Group(MASTERS.into());
        found.insert(&masters, Because::Masters);
        let mut answers: BTreeMap<usize, Option<usize>> = BTreeMap::new();
        for (index, binding) in self.bindings.iter().enumerate() {
            if !question.is_within(binding.namespace.as_deref()) {
                continue;
            }
            let Some(role) = self.role_index(binding) else {
                continue;
            };
            let answer = answers
                .entry(role)
                .or_insert_with(|| self.allowing(role, question));
            let Some(rule) = *answer else { continue };
            for (position, (subject, _)) in binding.subjects.iter().enumerate() {
                found.entry(subject).or_insert(Because::Granted(Grant {
                    binding: index,
                    subject: position,
                    role,
                    rule,
                }));
            }
        }
        found
            .into_iter()
            .map(|(subject, because)| Holder {
                subject: subject.clone(),
                because,
            })
            .collect()
    }

    /// Namespaces in which it is allowed, where the whole cluster was asked about.
    pub fn where_allowed(&self, identity: &Identity, question: &Question) -> Vec<String> {
        let asked = self.bindings_of(identity);
        let mut namespaces: Vec<&str> = asked
            .iter()
            .filter_map(|index| self.bindings.get(*index)?.namespace.as_deref())
            .collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        namespaces
            .into_iter()
            .filter(|namespace| {
                let inside = question.clone().within(namespace);
                self.can(identity, &inside).allowed()
            })
            .map(str::to_owned)
            .collect()
    }
}

//! Which powers somebody has where, own ones and those of the groups that everybody of a kind is in.

use std::collections::BTreeMap;

use super::super::decide::Grant;
use super::super::model::Access;
use super::super::powers::{Given, Power};
use super::super::subject::{ACCOUNTS, AUTHENTICATED, Subject, UNAUTHENTICATED};

/// The powers of one subject by its own bindings.
#[derive(Debug, Default)]
pub struct Holdings {
    /// By power and namespace (empty for the cluster): the first right that gives it.
    whole: BTreeMap<(Power, Box<str>), Grant>,
    /// Those limited to names: power, namespace, name.
    limited: BTreeMap<(Power, Box<str>, Box<str>), Grant>,
}

impl Holdings {
    pub fn of(
        access: &Access,
        bindings: &[usize],
        subject: &Subject,
        given: &[Vec<Given>],
    ) -> Self {
        let mut out = Self::default();
        for &index in bindings {
            let Some(binding) = access.bindings.get(index) else {
                continue;
            };
            let Some(role) = access.role_index(binding) else {
                continue;
            };
            let namespace = binding.namespace.clone().unwrap_or_default();
            let position = binding.subjects.iter().position(|(it, _)| it == subject);
            for held in given.get(role).into_iter().flatten() {
                let grant = Grant {
                    binding: index,
                    subject: position.unwrap_or_default(),
                    role,
                    rule: held.rule,
                };
                if !held.is_limited {
                    let key = (held.power, namespace.clone());
                    out.whole.entry(key).or_insert(grant);
                    continue;
                }
                let names = access
                    .rules
                    .get(held.rule)
                    .map_or(&[][..], |rule| &rule.names);
                for name in names {
                    let key = (held.power, namespace.clone(), name.clone());
                    out.limited.entry(key).or_insert(grant);
                }
            }
        }
        out
    }

    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.limited.is_empty()
    }

    /// Namespaces in which it has something of its own; the first is the whole cluster.
    pub fn namespaces(&self) -> Vec<Box<str>> {
        let whole = self.whole.keys().map(|(_, namespace)| namespace.clone());
        let limited = self
            .limited
            .keys()
            .map(|(_, namespace, _)| namespace.clone());
        let mut out: Vec<Box<str>> = whole.chain(limited).chain(["".into()]).collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    fn whole(&self, power: Power, namespace: &str) -> Option<Grant> {
        let cluster = self.whole.get(&(power, "".into()));
        cluster
            .or_else(|| self.whole.get(&(power, namespace.into())))
            .copied()
    }
}

/// The groups that somebody is in by what they are, themselves left out.
pub fn groups_of(subject: &Subject) -> Vec<Subject> {
    let group = |name: &str| Subject::Group(name.into());
    let mut out = Vec::new();
    if let Some((namespace, _)) = subject.account() {
        out.push(Subject::Group(format!("{ACCOUNTS}:{namespace}").into()));
        out.push(group(ACCOUNTS));
    }
    if let Subject::Group(name) = subject
        && name.starts_with("system:serviceaccounts:")
    {
        out.push(group(ACCOUNTS));
    }
    let implied = if subject.is_anonymous() {
        UNAUTHENTICATED
    } else {
        AUTHENTICATED
    };
    if *subject != group(implied) {
        out.push(group(implied));
    }
    out
}

/// Own powers, and behind them those of groups.
pub struct View<'a> {
    pub own: &'a Holdings,
    pub groups: Vec<&'a Holdings>,
}

/// A right, and whether it is one's own.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    pub grant: Grant,
    pub is_own: bool,
}

impl View<'_> {
    /// The right that gives a power without limit in a namespace, or in the cluster where that is
    /// empty.
    pub fn has(&self, power: Power, namespace: &str) -> Option<Held> {
        let own = self.own.whole(power, namespace).map(|grant| Held {
            grant,
            is_own: true,
        });
        own.or_else(|| {
            let mut groups = self.groups.iter();
            groups
                .find_map(|group| group.whole(power, namespace))
                .map(|grant| Held {
                    grant,
                    is_own: false,
                })
        })
    }

    /// Names that an own power is limited to in exactly this namespace.
    pub fn named<'s>(
        &'s self,
        power: Power,
        namespace: &'s str,
    ) -> impl Iterator<Item = (&'s str, Held)> {
        let from = (power, Box::from(namespace), Box::from(""));
        self.own
            .limited
            .range(from..)
            .take_while(move |((its, place, _), _)| *its == power && **place == *namespace)
            .map(|((_, _, name), grant)| {
                let held = Held {
                    grant: *grant,
                    is_own: true,
                };
                (&**name, held)
            })
    }

    /// The power without limit, or for one name.
    pub fn has_named(&self, power: Power, namespace: &str, name: &str) -> Option<Held> {
        self.has(power, namespace).or_else(|| {
            let find = |namespace: &str| {
                let key = (power, Box::from(namespace), Box::from(name));
                self.own.limited.get(&key)
            };
            find("").or_else(|| find(namespace)).map(|grant| Held {
                grant: *grant,
                is_own: true,
            })
        })
    }

    /// The power for anything at all, named or not.
    pub fn has_some(&self, power: Power, namespace: &str) -> Option<Held> {
        self.has(power, namespace)
            .or_else(|| self.named(power, namespace).next().map(|(_, held)| held))
            .or_else(|| self.named(power, "").next().map(|(_, held)| held))
    }
}

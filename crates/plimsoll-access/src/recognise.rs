//! Roles and bindings of a live cluster that are word for word those that each API server makes by
//! itself: they count as built in, so that what is told is what somebody added or changed. A name alone
//! is not enough.

use std::collections::{BTreeMap, BTreeSet};

use super::aggregate;
use super::defaults;
use super::model::{Access, Binding, Origin, Role, Rule};

type Key = (Option<Box<str>>, Box<str>);
type Words<'a> = [BTreeSet<&'a str>; 5];

/// Marks them. To be called when everything is read and gathered.
pub fn mark(access: &mut Access) {
    let mut own = Access::default();
    defaults::add(&mut own, true);
    aggregate::gather(&mut own);
    let mut rules = Vec::new();
    let mut roles = Vec::new();
    for (index, role) in access.roles.iter().enumerate() {
        let key = (role.namespace.clone(), role.name.clone());
        let same = own.role_at.get(&key).and_then(|at| own.roles.get(*at));
        if same.is_some_and(|same| allowed(&own, same) == allowed(access, role)) {
            roles.push(index);
            // Rules that it gathers are marked with the role that they stand in.
            let is_near = |at: &&usize| {
                let rule = access.rules.get(**at);
                rule.is_some_and(|rule| file(rule.origin) == file(role.origin))
            };
            rules.extend(role.rules.iter().filter(is_near).copied());
        }
    }
    for index in roles {
        if let Some(role) = access.roles.get_mut(index) {
            role.origin = Origin::BuiltIn;
        }
    }
    for index in rules {
        if let Some(rule) = access.rules.get_mut(index) {
            rule.origin = Origin::BuiltIn;
        }
    }
    let bindings: BTreeMap<Key, &Binding> = own
        .bindings
        .iter()
        .map(|binding| ((binding.namespace.clone(), binding.name.clone()), binding))
        .collect();
    for binding in &mut access.bindings {
        let key = (binding.namespace.clone(), binding.name.clone());
        let is_same = bindings.get(&key).is_some_and(|same| {
            let who = |binding: &Binding| -> BTreeSet<_> {
                binding
                    .subjects
                    .iter()
                    .map(|(subject, _)| subject.clone())
                    .collect()
            };
            same.role == binding.role && who(same) == who(binding)
        });
        if is_same {
            binding.origin = Origin::BuiltIn;
            for (_, origin) in &mut binding.subjects {
                *origin = Origin::BuiltIn;
            }
        }
    }
}

/// What a role allows, whatever the order.
fn allowed<'a>(access: &'a Access, role: &Role) -> BTreeSet<Words<'a>> {
    access.rules_of(role).map(|(_, rule)| words(rule)).collect()
}

fn words(rule: &Rule) -> Words<'_> {
    let lists = [
        &rule.verbs,
        &rule.groups,
        &rule.resources,
        &rule.names,
        &rule.urls,
    ];
    lists.map(|list| list.iter().map(|word| &**word).collect())
}

const fn file(origin: Origin) -> Option<usize> {
    match origin {
        Origin::File { file, .. } => Some(file),
        Origin::BuiltIn => None,
    }
}

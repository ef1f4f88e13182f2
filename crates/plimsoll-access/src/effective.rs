//! Every right of somebody, and through what.

use super::decide::Grant;
use super::model::{Access, Rule};
use super::subject::{Identity, Subject};

/// One rule that somebody is given.
#[derive(Debug, Clone, Copy)]
pub struct Right<'a> {
    /// `None` in the whole cluster.
    pub namespace: Option<&'a str>,
    pub rule: &'a Rule,
    pub grant: Grant,
}

impl Access {
    /// Everybody whom a binding names, sorted.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.bound.keys()
    }

    /// Every right of somebody, those that come with groups included, in the order of bindings.
    pub fn rights<'a>(&'a self, identity: &Identity) -> Vec<Right<'a>> {
        let mut out = Vec::new();
        for index in self.bindings_of(identity) {
            let Some(binding) = self.bindings.get(index) else {
                continue;
            };
            let subjects = binding.subjects.iter();
            let subject = subjects
                .clone()
                .position(|(subject, _)| identity.is(subject))
                .unwrap_or_default();
            let Some(role) = self.role_index(binding) else {
                continue;
            };
            let Some(read) = self.roles.get(role) else {
                continue;
            };
            for (rule, text) in self.rules_of(read) {
                out.push(Right {
                    namespace: binding.namespace.as_deref(),
                    rule: text,
                    grant: Grant {
                        binding: index,
                        subject,
                        role,
                        rule,
                    },
                });
            }
        }
        out
    }

    /// What a binding gives to a subject itself, groups that it is in left aside.
    pub fn own_rights<'a>(&'a self, subject: &Subject) -> Vec<Right<'a>> {
        let alone = match subject {
            Subject::User(name) => Identity {
                user: name.clone(),
                groups: Vec::new(),
            },
            Subject::Group(name) => Identity {
                user: "".into(),
                groups: vec![name.clone()],
            },
        };
        self.rights(&alone)
    }
}

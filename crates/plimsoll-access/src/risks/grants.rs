//! Bindings: whom they give something, and what is missing about them.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use super::super::model::{Binding, Origin};
use super::super::paths::Vertex;
use super::super::powers::{self, Power};
use super::super::subject::{ACCOUNTS, AUTHENTICATED, Subject};
use super::Risks;

/// Powers over the whole cluster that are told by themselves.
const TOLD: &[(Power, &str, &str, Severity)] = &[
    (
        Power::WriteValidatingWebhooks,
        "access-sees-objects",
        "can have every object that is written, secrets included, sent to itself by a webhook",
        Severity::Medium,
    ),
    (
        Power::LowerGuards,
        "access-lowers-guards",
        "can change or take away admission webhooks and policies",
        Severity::Medium,
    ),
    (
        Power::ChangeNodes,
        "access-changes-nodes",
        "can change labels and taints of nodes, and so draw pods to a node of its choice",
        Severity::Low,
    ),
];

impl Risks<'_> {
    pub(super) fn grants(&mut self) {
        let access = self.access;
        let known: BTreeSet<&str> = access.accounts.keys().map(|(place, _)| &**place).collect();
        for (index, binding) in access.bindings.iter().enumerate() {
            if binding.origin == Origin::BuiltIn {
                continue;
            }
            self.role_of_binding(binding);
            if binding.subjects.is_empty() {
                let title = format!("{} names nobody", binding.display());
                let key = binding.display();
                let places = [binding.origin];
                self.say(
                    "access-empty-binding",
                    Severity::Negligible,
                    &key,
                    &title,
                    &places,
                );
            }
            for (subject, place) in &binding.subjects {
                self.missing_account(binding, subject, *place, &known);
                self.broad(binding, subject, *place);
                self.powers(index, subject, *place);
            }
        }
    }

    fn role_of_binding(&mut self, binding: &Binding) {
        if binding.role.is_none() || self.access.role_of(binding).is_some() {
            return;
        }
        let title = format!(
            "{} gives {}, which was not read",
            binding.display(),
            binding.role_display()
        );
        let key = format!("{} {}", binding.display(), binding.role_display());
        self.say(
            "access-missing-role",
            Severity::Low,
            &key,
            &title,
            &[binding.origin],
        );
    }

    /// An account that is not there, where those of its namespace were read.
    fn missing_account(
        &mut self,
        binding: &Binding,
        subject: &Subject,
        place: Origin,
        known: &BTreeSet<&str>,
    ) {
        let Some((namespace, name)) = subject.account() else {
            return;
        };
        let key = (namespace.into(), name.into());
        if name == "default"
            || !known.contains(namespace)
            || self.access.accounts.contains_key(&key)
        {
            return;
        }
        let title = format!(
            "{} gives {} to {subject}, which is not among the service accounts of {namespace}",
            binding.display(),
            binding.role_display()
        );
        let key = format!("{} {subject}", binding.display());
        self.say(
            "access-missing-account",
            Severity::Low,
            &key,
            &title,
            &[place],
        );
    }

    /// Subjects that are everybody, or nobody in particular.
    fn broad(&mut self, binding: &Binding, subject: &Subject, place: Origin) {
        if !subject.is_broad() || self.is_powerful(subject) {
            return;
        }
        let Some(role) = self.access.role_of(binding) else {
            return;
        };
        let mut rules = self.access.rules_of(role).peekable();
        if rules.peek().is_none() {
            return;
        }
        let on_resources = rules.any(|(_, rule)| !rule.resources.is_empty());
        let what = format!("{} ({})", binding.role_display(), binding.display());
        let (id, severity, title) = if subject.is_anonymous() {
            let severity = if on_resources {
                Severity::High
            } else {
                Severity::Medium
            };
            let title = format!("whoever does not sign in ({subject}) is given {what}");
            ("access-anonymous", severity, title)
        } else if *subject == Subject::Group(AUTHENTICATED.into())
            || *subject == Subject::Group(ACCOUNTS.into())
        {
            let title = format!("everybody in {subject} is given {what}");
            ("access-everyone", Severity::Medium, title)
        } else {
            let title = format!("{subject}, which pods get without asking, is given {what}");
            ("access-default-account", Severity::Low, title)
        };
        let key = format!("{subject} {}", binding.display());
        self.say(id, severity, &key, &title, &[place, role.origin]);
    }

    fn powers(&mut self, binding: usize, subject: &Subject, place: Origin) {
        if self.is_powerful(subject) {
            return;
        }
        let Some(binding) = self.access.bindings.get(binding) else {
            return;
        };
        let Some(role) = self.access.role_index(binding) else {
            return;
        };
        if binding.namespace.is_some() {
            return;
        }
        for given in powers::of_role(self.access, role) {
            let told = TOLD.iter().find(|(power, ..)| *power == given.power);
            let Some((_, id, words, severity)) = told else {
                continue;
            };
            let rule = self.access.rules.get(given.rule);
            let at = rule.map_or(Origin::BuiltIn, |rule| rule.origin);
            let title = format!("{subject} {words} ({})", binding.display());
            let key = format!("{subject} {}", binding.display());
            self.say(id, *severity, &key, &title, &[place, at]);
        }
    }

    /// Whether it is told already that somebody is, or becomes, cluster-admin.
    fn is_powerful(&self, subject: &Subject) -> bool {
        let vertex = self.paths.vertex(&Vertex::Subject(subject.clone()));
        vertex.is_some_and(|vertex| self.to_admin.steps(vertex).is_some())
    }
}

//! Tokens in pods: those that nobody needs, and those that are worth stealing.

use plimsoll_model::Severity;

use super::super::model::{Origin, Use};
use super::super::paths::Vertex;
use super::super::subject::{ACCOUNTS, Subject};
use super::Risks;

impl Risks<'_> {
    pub(super) fn tokens(&mut self) {
        let access = self.access;
        // Without bindings nothing is known about who needs what.
        let knows = access
            .bindings
            .iter()
            .any(|binding| binding.origin != Origin::BuiltIn);
        for used in &access.uses {
            if !self.is_mounted(used) {
                continue;
            }
            let subject = used.subject();
            let vertex = self.paths.vertex(&Vertex::Subject(subject.clone()));
            let steps = vertex.and_then(|vertex| self.to_admin.steps(vertex));
            if let Some(steps) = steps {
                let far = match steps {
                    0 => "is cluster-admin".to_owned(),
                    1 => "is one step from cluster-admin".to_owned(),
                    steps => format!("is {steps} steps from cluster-admin"),
                };
                let title = format!("{} holds a token of {subject}, which {far}", used.workload);
                let key = format!("{} {subject}", used.workload);
                let places = [used.origin];
                self.say(
                    "access-powerful-token",
                    Severity::Medium,
                    &key,
                    &title,
                    &places,
                );
            } else if knows && !self.is_given_anything(used) {
                let title = format!(
                    "{} holds a token of {subject}, to which nothing is given",
                    used.workload
                );
                let key = format!("{} {subject}", used.workload);
                let places = [used.origin];
                self.say(
                    "access-needless-token",
                    Severity::Low,
                    &key,
                    &title,
                    &places,
                );
            }
        }
    }

    /// The pod's word counts before the account's; without either it is mounted.
    fn is_mounted(&self, used: &Use) -> bool {
        let key = (used.namespace.clone(), used.account.clone());
        let account = self.access.accounts.get(&key);
        used.mounts
            .or_else(|| account.and_then(|account| account.mounts))
            .unwrap_or(true)
    }

    fn is_given_anything(&self, used: &Use) -> bool {
        let group = Subject::Group(format!("{ACCOUNTS}:{}", used.namespace).into());
        [used.subject(), group, Subject::Group(ACCOUNTS.into())]
            .iter()
            .filter_map(|subject| self.access.bound.get(subject))
            .flatten()
            .filter_map(|index| self.access.bindings.get(*index))
            .any(|binding| binding.origin != Origin::BuiltIn)
    }
}

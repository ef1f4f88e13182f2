//! Ways that open to who has a power in the whole cluster.

use super::super::super::powers::{Given, Power};
use super::super::super::subject::{MASTERS, Subject};
use super::super::holdings::{Held, View};
use super::super::{Means, Vertex};
use super::Builder;

/// Signers whose certificates the API server takes for a user's.
const CLIENT_SIGNERS: &[&str] = &["kubernetes.io/kube-apiserver-client", "kubernetes.io/*"];

impl Builder<'_> {
    pub(super) fn in_cluster(
        &mut self,
        from: usize,
        subject: &Subject,
        view: &View<'_>,
        given: &[Vec<Given>],
    ) {
        let has = |power| view.has(power, "");
        let admin = Vertex::Admin;
        self.way(from, &admin, Means::Is, "", [has(Power::Everything)]);
        let secrets = has(Power::ReadSecrets);
        self.way(from, &Vertex::AllSecrets, Means::Is, "", [secrets]);
        self.roles(from, subject, view, given);
        self.impersonation(from, view);
        let kubelet = has(Power::UseKubelet);
        self.way(from, &Vertex::AnyRunning, Means::Kubelet, "", [kubelet]);
        let webhooks = has(Power::WriteMutatingWebhooks);
        self.way(from, &admin, Means::Webhook, "", [webhooks]);
        let policies = [
            has(Power::WriteMutatingPolicies),
            has(Power::WriteMutatingBindings),
        ];
        self.way(from, &admin, Means::Policy, "", policies);
        let mut signers = CLIENT_SIGNERS.iter();
        let sign = signers.find_map(|signer| view.has_named(Power::Sign, "", signer));
        for anybody in [Vertex::AnyUser, Vertex::AnyGroup] {
            let held = [
                has(Power::RequestCertificates),
                has(Power::ApproveCertificates),
                sign,
            ];
            self.way(from, &anybody, Means::Certificate, "", held);
        }
    }

    /// `bind` and `escalate` in the whole cluster.
    fn roles(&mut self, from: usize, subject: &Subject, view: &View<'_>, given: &[Vec<Given>]) {
        let bind = self.bind(view, "", given);
        // One binding that may be changed is enough where it gives everything already.
        let mut named = view.named(Power::WriteClusterBindings, "");
        let write = view.has(Power::WriteClusterBindings, "").or_else(|| {
            let found = named.find(|(name, _)| self.gives_everything(name, given));
            found.map(|(_, held)| held)
        });
        self.way(from, &Vertex::Admin, Means::BindCluster, "", [bind, write]);

        let whole = view.has(Power::EscalateClusterRoles, "");
        let mut held = [whole, view.has(Power::WriteClusterRoles, "")];
        if held.contains_none() {
            for role in self.roles_bound_to(subject) {
                let escalate = view.has_named(Power::EscalateClusterRoles, "", role);
                let write = view.has_named(Power::WriteClusterRoles, "", role);
                if escalate.is_some() && write.is_some() {
                    held = [escalate, write];
                    break;
                }
            }
        }
        self.way(from, &Vertex::Admin, Means::EscalateCluster, "", held);
    }

    /// The right to bind a role that is everything.
    pub(super) fn bind(
        &self,
        view: &View<'_>,
        namespace: &str,
        given: &[Vec<Given>],
    ) -> Option<Held> {
        let named = |namespace| {
            let mut names = view.named(Power::BindClusterRoles, namespace);
            let found = names.find(|(role, _)| self.is_everything(role, given));
            found.map(|(_, held)| held)
        };
        view.has(Power::BindClusterRoles, namespace)
            .or_else(|| named(namespace))
            .or_else(|| named(""))
    }

    /// Whether the ClusterRoleBinding of this name gives everything.
    fn gives_everything(&self, name: &str, given: &[Vec<Given>]) -> bool {
        let mut bindings = self.access.bindings.iter();
        name == "cluster-admin"
            || bindings.any(|binding| {
                binding.namespace.is_none()
                    && &*binding.name == name
                    && binding
                        .role
                        .as_ref()
                        .is_some_and(|role| self.is_everything(&role.name, given))
            })
    }

    /// Names of the ClusterRoles that a subject has in the whole cluster.
    fn roles_bound_to(&self, subject: &Subject) -> Vec<&str> {
        let bindings = self.access.bound.get(subject).into_iter().flatten();
        bindings
            .filter_map(|index| self.access.bindings.get(*index))
            .filter(|binding| binding.namespace.is_none())
            .filter_map(|binding| Some(&*binding.role.as_ref()?.name))
            .collect()
    }

    fn impersonation(&mut self, from: usize, view: &View<'_>) {
        let user = view.has(Power::BeUser, "");
        self.way(from, &Vertex::AnyUser, Means::BeUser, "", [user]);
        for (name, held) in view.named(Power::BeUser, "") {
            let to = Vertex::Subject(Subject::User(name.into()));
            self.way(from, &to, Means::BeUser, "", [Some(held)]);
        }
        // A group is only impersonated together with a user.
        let somebody = view
            .has_some(Power::BeUser, "")
            .or_else(|| view.has_some(Power::BeAccount, ""));
        let group = view.has(Power::BeGroup, "");
        let masters = Vertex::Subject(Subject::Group(MASTERS.into()));
        self.way(from, &masters, Means::BeGroup, "", [group, somebody]);
        for (name, held) in view.named(Power::BeGroup, "") {
            let to = Vertex::Subject(Subject::Group(name.into()));
            self.way(from, &to, Means::BeGroup, "", [Some(held), somebody]);
        }
    }
}

/// Whether one of several rights is missing.
trait Incomplete {
    fn contains_none(&self) -> bool;
}

impl Incomplete for [Option<Held>; 2] {
    fn contains_none(&self) -> bool {
        self.iter().any(Option::is_none)
    }
}

//! Ways that open to who has a power in a namespace, or in each of them.

use super::super::super::powers::{Given, Power};
use super::super::super::subject::Subject;
use super::super::holdings::{Held, View};
use super::super::{Means, Vertex};
use super::Builder;

impl Builder<'_> {
    /// `namespace` is empty for all of them.
    pub(super) fn inside(
        &mut self,
        from: usize,
        namespace: &str,
        view: &View<'_>,
        given: &[Vec<Given>],
    ) {
        let has = |power| view.has(power, namespace);
        let (accounts, running, tokens) = if namespace.is_empty() {
            (Vertex::AnyAccount, Vertex::AnyRunning, Vertex::AnyToken)
        } else {
            (
                Vertex::AccountsOf(namespace.into()),
                Vertex::RunningIn(namespace.into()),
                Vertex::TokensIn(namespace.into()),
            )
        };
        for (power, to, means) in [
            (Power::RunPods, &accounts, Means::Pod),
            (Power::RunWorkloads, &accounts, Means::Workload),
            (Power::MakeTokens, &accounts, Means::Token),
            (Power::BeAccount, &accounts, Means::BeAccount),
            (Power::ChangePods, &running, Means::ChangePod),
            (Power::Enter, &running, Means::Enter),
            (Power::ReadSecrets, &tokens, Means::TokenSecret),
        ] {
            self.way(from, to, means, namespace, [has(power)]);
        }
        let secrets = [has(Power::MakeSecrets), has(Power::ReadSecrets)];
        self.way(from, &accounts, Means::MadeSecret, namespace, secrets);
        let bind = [self.bind(view, namespace, given), has(Power::WriteBindings)];
        self.way(from, &accounts, Means::BindHere, namespace, bind);
        let escalate = [has(Power::EscalateRoles), has(Power::WriteRoles)];
        self.way(from, &accounts, Means::EscalateHere, namespace, escalate);
        for (power, means) in [
            (Power::MakeTokens, Means::Token),
            (Power::BeAccount, Means::BeAccount),
        ] {
            for (name, held) in view.named(power, namespace) {
                for account in self.called(name, namespace) {
                    let to = Vertex::Subject(account);
                    self.way(from, &to, means, namespace, [Some(held)]);
                }
            }
        }
        let run = has(Power::RunPods).or_else(|| has(Power::RunWorkloads));
        if run.is_some() {
            self.host(from, namespace, view, run);
        }
    }

    /// Accounts of a name, in one namespace or all.
    fn called(&self, name: &str, namespace: &str) -> Vec<Subject> {
        let list = self.by_name.get(name).into_iter().flatten();
        list.filter(|subject| {
            let place = subject.account().map(|(place, _)| place);
            namespace.is_empty() || place == Some(namespace)
        })
        .cloned()
        .collect()
    }

    /// From a pod to the node that it runs on.
    fn host(&mut self, from: usize, namespace: &str, view: &View<'_>, run: Option<Held>) {
        let level = self.access.enforced.get(namespace).cloned();
        match level {
            Some(Some(level)) if !namespace.is_empty() && &*level != "privileged" => {
                let label = view.has_named(Power::ChangeNamespaces, namespace, namespace);
                self.way(
                    from,
                    &Vertex::Host,
                    Means::HostLabel,
                    namespace,
                    [run, label],
                );
                let volume = view.has(Power::MakeVolumes, "");
                self.way(
                    from,
                    &Vertex::Host,
                    Means::HostVolume,
                    namespace,
                    [run, volume],
                );
            }
            known => {
                let before = self.paths.edges.len();
                self.way(from, &Vertex::Host, Means::HostPod, namespace, [run]);
                let is_assumed = known.is_none() && !namespace.is_empty();
                for edge in self.paths.edges.iter_mut().skip(before) {
                    edge.is_assumed = is_assumed;
                }
            }
        }
    }
}

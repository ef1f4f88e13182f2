//! `control-plane-open`: part of the control plane listens on every address.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "control-plane-open",
    title: "part of the control plane listens on every address",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa control-plane"],
    aliases: &["CKV_K8S_113", "CKV_K8S_115"],
    why: "Nobody but the machine itself has business at the ports of the scheduler and the controller manager.",
    mend: "Set `--bind-address=127.0.0.1`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: kube-scheduler, namespace: kube-system}
spec:
  containers:
    - name: kube-scheduler
      image: registry.k8s.io/kube-scheduler:v1.36.3
      command:
        - kube-scheduler
        - --bind-address=0.0.0.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: kube-scheduler, namespace: kube-system}
spec:
  containers:
    - name: kube-scheduler
      image: registry.k8s.io/kube-scheduler:v1.36.3
      command:
        - kube-scheduler
        - --bind-address=127.0.0.1
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for program in ["kube-controller-manager", "kube-scheduler"] {
        let Some(server) = Component::of(container, program) else {
            continue;
        };
        // Every address is what is meant where nothing is said.
        let flag = server.flag("bind-address");
        if flag.is_none_or(|(_, address)| !matches!(address, "127.0.0.1" | "::1")) {
            let at = flag.map_or_else(|| server.at(), |(at, _)| at);
            said.container(container, Some(at), "--bind-address", program);
        }
    }
}

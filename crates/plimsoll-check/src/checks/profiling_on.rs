//! `profiling-on`: part of the control plane shows its insides.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "profiling-on",
    title: "part of the control plane shows its insides",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa control-plane"],
    aliases: &["CKV_K8S_90", "CKV_K8S_107", "CKV_K8S_114"],
    why: "Profiles tell of the program and its load, and making them costs; they are on unless turned off.",
    mend: "Set `--profiling=false`.",
    bad: "apiVersion: v1
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
        - --profiling=false
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for program in [
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
    ] {
        let Some(server) = Component::of(container, program) else {
            continue;
        };
        let flag = server.flag("profiling");
        if flag.is_none_or(|(_, value)| value != "false") {
            let at = flag.map_or_else(|| server.at(), |(at, _)| at);
            said.container(container, Some(at), "--profiling", program);
        }
    }
}

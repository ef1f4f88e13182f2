//! `anonymous-requests`: API server answers whoever asks.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "anonymous-requests",
    title: "API server answers whoever asks",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa control-plane", "nsa authentication", "mitre T1078"],
    aliases: &["CKV_K8S_68", "C-0113"],
    why: "Requests without a login are those of `system:anonymous`: one wrong binding opens the cluster to them. Unless said otherwise they are allowed.",
    mend: "Set `--anonymous-auth=false`, or allow only health checks in an AuthenticationConfiguration.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --authorization-mode=Node,RBAC
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --anonymous-auth=false
        - --authorization-mode=Node,RBAC
        - --enable-admission-plugins=NodeRestriction
        - --audit-log-path=/var/log/audit.log
        - --encryption-provider-config=/etc/kubernetes/encryption.yaml
        - --profiling=false
        - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt
        - --client-ca-file=/etc/kubernetes/pki/ca.crt
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let Some(server) = Component::of(container, "kube-apiserver") else {
        return;
    };
    // The configuration file says it more finely, and excludes the flag.
    if server.flag("authentication-config").is_some() {
        return;
    }
    match server.flag("anonymous-auth") {
        Some((_, "false")) => {}
        Some((at, _)) => said.container(container, Some(at), "--anonymous-auth", "allowed"),
        None => said.container(container, Some(server.at()), "--anonymous-auth", "not set"),
    }
}

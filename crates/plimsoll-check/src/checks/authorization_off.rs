//! `authorization-off`: API server allows everything to everybody.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "authorization-off",
    title: "API server allows everything to everybody",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["nsa control-plane", "nsa rbac", "mitre T1078"],
    aliases: &["CKV_K8S_74", "C-0118"],
    why: "With `AlwaysAllow` roles and bindings mean nothing, and it is what the API server does unless told otherwise.",
    mend: "Set `--authorization-mode=Node,RBAC`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --authorization-mode=AlwaysAllow
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
    const FLAG: &str = "--authorization-mode";
    let Some(server) = Component::of(container, "kube-apiserver") else {
        return;
    };
    if let Some(at) = server.lists("authorization-mode", "AlwaysAllow") {
        said.container(container, Some(at), FLAG, "AlwaysAllow");
    } else if server.flag("authorization-mode").is_none()
        && server.flag("authorization-config").is_none()
    {
        said.container(container, Some(server.at()), FLAG, "not set");
    }
}

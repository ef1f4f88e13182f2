//! `password-file-login`: API server knows logins from a file.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "password-file-login",
    title: "API server knows logins from a file",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa authentication", "mitre T1552", "mitre T1110"],
    aliases: &["CKV_K8S_69", "CKV_K8S_70", "C-0114"],
    why: "Tokens and passwords in that file never end, lie there readable, and change only with a restart.",
    mend: "Use OpenID Connect or client certificates that end soon.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --token-auth-file=/etc/kubernetes/tokens.csv
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
    for flag in ["token-auth-file", "basic-auth-file"] {
        if let Some((at, path)) = server.flag(flag) {
            said.container(container, Some(at), format!("--{flag}"), path);
        }
    }
}

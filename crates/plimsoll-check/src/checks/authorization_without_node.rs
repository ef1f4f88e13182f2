//! `authorization-without-node`: API server does not hold nodes or users to their rights.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "authorization-without-node",
    title: "API server does not hold nodes or users to their rights",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa control-plane", "nsa rbac"],
    aliases: &["CKV_K8S_75", "CKV_K8S_77", "C-0119", "C-0120"],
    why: "Without `Node` each kubelet reads the Secrets of every other; without `RBAC` there are no roles to hold anybody to.",
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
        - --authorization-mode=RBAC
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
    if let Some(server) = Component::of(container, "kube-apiserver")
        && let Some((at, _)) = server.flag("authorization-mode")
    {
        let lacks = |mode: &&&str| server.lists("authorization-mode", mode).is_none();
        if let Some(mode) = ["Node", "RBAC"].iter().find(lacks) {
            let detail = format!("{mode} is missing");
            said.container(container, Some(at), "--authorization-mode", detail);
        }
    }
}

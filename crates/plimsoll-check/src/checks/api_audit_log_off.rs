//! `api-audit-log-off`: API server keeps no log of who did what.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "api-audit-log-off",
    title: "API server keeps no log of who did what",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa audit-logging"],
    aliases: &["CKV_K8S_91", "C-0067"],
    why: "After a break-in nobody can say what was read or changed, nor by whom.",
    mend: "Set `--audit-log-path` (or a webhook) and `--audit-policy-file`.",
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
    if let Some(server) = Component::of(container, "kube-apiserver")
        && server.flag("audit-log-path").is_none()
        && server.flag("audit-webhook-config-file").is_none()
    {
        said.container(container, Some(server.at()), "--audit-log-path", "");
    }
}

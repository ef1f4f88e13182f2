//! `secrets-unencrypted`: Secrets lie in etcd as they are.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "secrets-unencrypted",
    title: "Secrets lie in etcd as they are",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa etcd", "nsa encryption"],
    aliases: &["CKV_K8S_104", "C-0066"],
    why: "A backup of etcd, or a disk that was not wiped, holds every password in clear.",
    mend: "Set `--encryption-provider-config`, best with a key service (`kms`).",
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
    const FLAG: &str = "--encryption-provider-config";
    if let Some(server) = Component::of(container, "kube-apiserver")
        && server.flag("encryption-provider-config").is_none()
    {
        said.container(container, Some(server.at()), FLAG, "");
    }
}

//! `kubelet-not-verified`: API server does not check whom it takes for a kubelet.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "kubelet-not-verified",
    title: "API server does not check whom it takes for a kubelet",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa control-plane"],
    aliases: &["CKV_K8S_73"],
    why: "Logs, shells and forwarded ports go to whoever answers at the node's address.",
    mend: "Set `--kubelet-certificate-authority`, once kubelets have certificates of the cluster (`serverTLSBootstrap`).",
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
    const FLAG: &str = "--kubelet-certificate-authority";
    if let Some(server) = Component::of(container, "kube-apiserver")
        && server.flag("kubelet-certificate-authority").is_none()
    {
        said.container(container, Some(server.at()), FLAG, "");
    }
}

//! `insecure-api-port`: API server listens without TLS and login.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "insecure-api-port",
    title: "API server listens without TLS and login",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["nsa control-plane", "mitre T1190"],
    aliases: &["CKV_K8S_86", "CKV_K8S_88", "C-0005"],
    why: "Who reaches the insecure port is cluster-admin. Kubernetes has dropped it in 1.24; what sets it is older, or was never looked at since.",
    mend: "Remove `--insecure-port` and `--insecure-bind-address`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.3
      command:
        - kube-apiserver
        - --insecure-port=8080
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
        - --insecure-port=0
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
    if let Some((at, _)) = server.flag("insecure-bind-address") {
        said.container(container, Some(at), "--insecure-bind-address", "");
    }
    if let Some((at, port)) = server.flag("insecure-port")
        && port != "0"
    {
        said.container(
            container,
            Some(at),
            "--insecure-port",
            format!("port {port}"),
        );
    }
}

//! `node-restriction-off`: each kubelet may change what belongs to others.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "node-restriction-off",
    title: "each kubelet may change what belongs to others",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa admission", "nsa control-plane"],
    aliases: &["CKV_K8S_85"],
    why: "Without NodeRestriction a node that was broken into sets labels on itself and others, and draws their workloads.",
    mend: "Add NodeRestriction to `--enable-admission-plugins`.",
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
    const FLAG: &str = "enable-admission-plugins";
    if let Some(server) = Component::of(container, "kube-apiserver")
        && server.lists(FLAG, "NodeRestriction").is_none()
    {
        let at = server.flag(FLAG).map_or_else(|| server.at(), |(at, _)| at);
        said.container(container, Some(at), format!("--{FLAG}"), "NodeRestriction");
    }
}

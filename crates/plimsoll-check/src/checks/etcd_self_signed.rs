//! `etcd-self-signed`: etcd believes certificates that it made itself.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::flags::Component;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "etcd-self-signed",
    title: "etcd believes certificates that it made itself",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa etcd"],
    aliases: &["CKV_K8S_118"],
    why: "Nobody can tell a member of the cluster, or its server, from whoever stands in between.",
    mend: "Give etcd certificates of an authority of its own, and remove `--auto-tls` and `--peer-auto-tls`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: etcd, namespace: kube-system}
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:v1.36.3
      command:
        - etcd
        - --auto-tls=true
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: etcd, namespace: kube-system}
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:v1.36.3
      command:
        - etcd
        - --client-cert-auth=true
        - --peer-client-cert-auth=true
        - --listen-client-urls=https://10.0.0.1:2379
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let Some(etcd) = Component::of(container, "etcd") else {
        return;
    };
    for flag in ["auto-tls", "peer-auto-tls"] {
        if let Some((at, "true")) = etcd.flag(flag) {
            said.container(container, Some(at), format!("--{flag}"), flag);
        }
    }
}

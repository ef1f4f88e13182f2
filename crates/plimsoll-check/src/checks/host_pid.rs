//! `host-pid`: pod sees the processes of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "host-pid",
    title: "pod sees the processes of its node",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline hostNamespaces",
        "cis-1.12 5.2.3",
        "nsa host-namespaces",
        "mitre T1611",
    ],
    aliases: &["C-0038", "CKV_K8S_17", "KSV010", "AVD-KSV-0010"],
    why: "From the list of processes lead `/proc/*/root` and `/proc/*/environ`: the files of the node and the secrets of other pods.",
    mend: "Remove `hostPID`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostPID: true
  containers: [{name: cart, image: registry.example/cart:1.0}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostPID: false
  containers: [{name: cart, image: registry.example/cart:1.0}]
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    said.switched_on(pod, "hostPID");
}

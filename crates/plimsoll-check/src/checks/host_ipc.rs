//! `host-ipc`: pod shares the IPC namespace of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "host-ipc",
    title: "pod shares the IPC namespace of its node",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline hostNamespaces",
        "cis-1.12 5.2.4",
        "nsa host-namespaces",
        "mitre T1611",
    ],
    aliases: &["C-0038", "CKV_K8S_18", "KSV008", "AVD-KSV-0008"],
    why: "Shared memory and queues of every program on the node can be read and written from the pod.",
    mend: "Remove `hostIPC`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostIPC: true
  containers: [{name: cart, image: registry.example/cart:1.0}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostIPC: false
  containers: [{name: cart, image: registry.example/cart:1.0}]
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    said.switched_on(pod, "hostIPC");
}

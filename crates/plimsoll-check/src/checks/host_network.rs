//! `host-network`: pod shares the network of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "host-network",
    title: "pod shares the network of its node",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline hostNamespaces",
        "cis-1.12 5.2.5",
        "nsa host-namespaces",
        "mitre T1611",
    ],
    aliases: &["C-0041", "CKV_K8S_19", "KSV009", "AVD-KSV-0009"],
    why: "The pod has the address of its node, hears what listens on loopback only, such as the kubelet, and no network policy holds it.",
    mend: "Remove `hostNetwork`, and reach the pod through a Service.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostNetwork: true
  containers: [{name: cart, image: registry.example/cart:1.0}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostNetwork: false
  containers: [{name: cart, image: registry.example/cart:1.0}]
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    said.switched_on(pod, "hostNetwork");
}

//! `host-port`: container takes a port of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::host;

pub const CHECK: Check = Check {
    id: "host-port",
    title: "container takes a port of its node",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline hostPorts",
        "cis-1.12 5.2.12",
        "nsa host-namespaces",
    ],
    aliases: &["CKV_K8S_26", "KSV024", "AVD-KSV-0024", "C-0044"],
    why: "A port of the node is open to everything that reaches the node, past Services and network policies, and only one such pod fits on a node.",
    mend: "Remove `hostPort`, and publish through a Service.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      ports: [{containerPort: 80, hostPort: 80}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      ports: [{containerPort: 80}]
",
    test: Test::Standard(&host::PORTS),
};

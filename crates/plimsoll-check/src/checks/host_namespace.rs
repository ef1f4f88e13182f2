//! `host-namespace`: pod shares a namespace of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::host;

pub const CHECK: Check = Check {
    id: "host-namespace",
    title: "pod shares a namespace of its node",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline hostNamespaces",
        "cis-1.12 5.2.3",
        "cis-1.12 5.2.4",
        "cis-1.12 5.2.5",
        "nsa host-namespaces",
        "mitre T1611",
    ],
    aliases: &[
        "CKV_K8S_17",
        "CKV_K8S_18",
        "CKV_K8S_19",
        "KSV008",
        "KSV009",
        "KSV010",
        "C-0038",
        "C-0041",
    ],
    why: "With the network, processes or shared memory of its node a container sees and can disturb everything that runs there, and network policies do not hold for it.",
    mend: "Remove `hostNetwork`, `hostPID` and `hostIPC`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostNetwork: true
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostNetwork: false
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Standard(&host::NAMESPACES),
};

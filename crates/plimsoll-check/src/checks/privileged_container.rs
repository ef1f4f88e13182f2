//! `privileged-container`: container is privileged.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::privileges;

pub const CHECK: Check = Check {
    id: "privileged-container",
    title: "container is privileged",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline privileged",
        "cis-1.12 5.2.2",
        "nsa non-root-and-privileged",
        "mitre T1610",
        "mitre T1611",
    ],
    aliases: &["CKV_K8S_16", "KSV017", "AVD-KSV-0017", "C-0057"],
    why: "A privileged container has every capability and every device of its node, and no profile confines it: whoever takes it over has the node.",
    mend: "Remove `privileged: true`, and add the one capability or device that is needed.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {privileged: true}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {privileged: false}
",
    test: Test::Standard(&privileges::PRIVILEGED),
};

//! `dangerous-capability`: container adds a capability beyond the usual ones.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::privileges;

pub const CHECK: Check = Check {
    id: "dangerous-capability",
    title: "container adds a capability beyond the usual ones",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline capabilities_baseline",
        "cis-1.12 5.2.9",
        "nsa capabilities",
        "mitre T1611",
    ],
    aliases: &["CKV_K8S_25", "KSV022", "AVD-KSV-0022", "C-0046"],
    why: "Capabilities such as SYS_ADMIN, NET_ADMIN or SYS_PTRACE reach past the container, and several of them are as good as root on the node.",
    mend: "Take the capability out of `capabilities.add`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {capabilities: {add: [SYS_ADMIN]}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {capabilities: {add: [CHOWN]}}
",
    test: Test::Standard(&privileges::CAPABILITIES_BASELINE),
};

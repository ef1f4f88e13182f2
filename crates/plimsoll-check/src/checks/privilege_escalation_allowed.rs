//! `privilege-escalation-allowed`: processes may gain privileges.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::privileges;

pub const CHECK: Check = Check {
    id: "privilege-escalation-allowed",
    title: "processes may gain privileges",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "pss-restricted allowPrivilegeEscalation",
        "cis-1.12 5.2.6",
        "nsa non-root-and-privileged",
        "mitre T1068",
    ],
    aliases: &["CKV_K8S_20", "KSV001", "AVD-KSV-0001", "C-0016"],
    why: "A setuid program in the image turns an ordinary user into root unless the kernel is told that no process may gain privileges.",
    mend: "Set `securityContext.allowPrivilegeEscalation: false` on the container.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {allowPrivilegeEscalation: false}
",
    test: Test::Standard(&privileges::ALLOW_PRIVILEGE_ESCALATION),
};

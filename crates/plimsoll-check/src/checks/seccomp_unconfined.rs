//! `seccomp-unconfined`: no seccomp profile holds.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::profiles;

pub const CHECK: Check = Check {
    id: "seccomp-unconfined",
    title: "no seccomp profile holds",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline seccompProfile_baseline",
        "cis-1.12 5.6.2",
        "nsa mandatory-access-control",
    ],
    aliases: &["KSV104", "C-0210"],
    why: "`Unconfined` opens some forty system calls that containers hardly need and attacks on the kernel do.",
    mend: "Set `seccompProfile: {type: RuntimeDefault}`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {seccompProfile: {type: Unconfined}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {seccompProfile: {type: RuntimeDefault}}
",
    test: Test::Standard(&profiles::SECCOMP_BASELINE),
};

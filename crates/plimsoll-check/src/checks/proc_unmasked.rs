//! `proc-unmasked`: container sees all of /proc.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::profiles;

pub const CHECK: Check = Check {
    id: "proc-unmasked",
    title: "container sees all of /proc",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline procMount",
        "pss-restricted procMount_restricted",
    ],
    aliases: &["KSV027", "AVD-KSV-0027"],
    why: "Engines hide the parts of `/proc` through which the kernel can be read and set. `Unmasked` shows them.",
    mend: "Remove `procMount`, or give the pod users of its own with `hostUsers: false`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {procMount: Unmasked}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {procMount: Default}
",
    test: Test::Standard(&profiles::PROC_MOUNT),
};

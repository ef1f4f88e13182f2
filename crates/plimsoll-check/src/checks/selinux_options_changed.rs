//! `selinux-options-changed`: SELinux type, user or role is set.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::profiles;

pub const CHECK: Check = Check {
    id: "selinux-options-changed",
    title: "SELinux type, user or role is set",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "pss-baseline seLinuxOptions",
        "nsa mandatory-access-control",
    ],
    aliases: &["KSV025", "AVD-KSV-0025"],
    why: "Another type than those for containers can reach what SELinux keeps from containers; users and roles change what holds at all.",
    mend: "Leave `seLinuxOptions` to the engine, or choose one of the types for containers.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {seLinuxOptions: {type: spc_t}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {seLinuxOptions: {type: container_t}}
",
    test: Test::Standard(&profiles::SE_LINUX),
};

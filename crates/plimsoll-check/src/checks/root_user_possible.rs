//! `root-user-possible`: container may run as root.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::users;

pub const CHECK: Check = Check {
    id: "root-user-possible",
    title: "container may run as root",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "pss-restricted runAsNonRoot",
        "cis-1.12 5.2.7",
        "nsa non-root-and-privileged",
    ],
    aliases: &["CKV_K8S_23", "KSV012", "AVD-KSV-0012", "C-0013"],
    why: "Root in a container is root for every file and device that reaches into it, and a flaw in the kernel or engine makes it root on the node. With `runAsNonRoot` the kubelet refuses to start such an image.",
    mend: "Set `runAsNonRoot: true` on the pod, or give the pod users of its own with `hostUsers: false`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  securityContext: {runAsNonRoot: true}
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Standard(&users::RUN_AS_NON_ROOT),
};

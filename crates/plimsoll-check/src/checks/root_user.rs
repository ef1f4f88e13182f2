//! `root-user`: user 0 is asked for.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::users;

pub const CHECK: Check = Check {
    id: "root-user",
    title: "user 0 is asked for",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "pss-restricted runAsUser",
        "cis-1.12 5.2.7",
        "nsa non-root-and-privileged",
    ],
    aliases: &["KSV105", "CKV_K8S_23"],
    why: "The pod asks for root by number.",
    mend: "Choose another `runAsUser`, best above 10000, or leave it to the image.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsUser: 0}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsUser: 10001}
",
    test: Test::Standard(&users::RUN_AS_USER),
};

//! `capabilities-not-dropped`: container keeps capabilities that it hardly needs.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::privileges;

pub const CHECK: Check = Check {
    id: "capabilities-not-dropped",
    title: "container keeps capabilities that it hardly needs",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "pss-restricted capabilities_restricted",
        "cis-1.12 5.2.8",
        "cis-1.12 5.2.9",
        "nsa capabilities",
    ],
    aliases: &[
        "CKV_K8S_28",
        "CKV_K8S_37",
        "KSV003",
        "AVD-KSV-0003",
        "KSV004",
        "KSV106",
    ],
    why: "Engines give containers fourteen capabilities, NET_RAW and MKNOD among them. Most programs need none.",
    mend: "Set `capabilities: {drop: [ALL]}`, and add `NET_BIND_SERVICE` if it listens below port 1024.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {capabilities: {drop: [NET_RAW]}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
",
    test: Test::Standard(&privileges::CAPABILITIES_RESTRICTED),
};

//! `probe-to-other-host`: probe or hook connects to a host of its own choice.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Test};
use crate::standards::host;

pub const CHECK: Check = Check {
    id: "probe-to-other-host",
    title: "probe or hook connects to a host of its own choice",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["pss-baseline hostProbesAndHostLifecycle"],
    aliases: &[],
    why: "The kubelet makes the connection, from the node: a pod that names the host can use it to reach what only nodes reach.",
    mend: "Remove `host`: the pod itself is asked then.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      livenessProbe: {httpGet: {host: 10.0.0.1, port: 80}}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      livenessProbe: {httpGet: {port: 80}}
",
    test: Test::Standard(&host::PROBES),
};

//! `liveness-equals-readiness`: liveness and readiness are the same question.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::{Probe, probes, same};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "liveness-equals-readiness",
    title: "liveness and readiness are the same question",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["pod-probes"],
    why: "A pod that is merely busy should lose its traffic, not its life: with one question for both it is restarted in the same moment, and the others get its load.",
    mend: "Ask for liveness less, or give it a higher `failureThreshold`.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          livenessProbe: {httpGet: {path: /health, port: 8080}}
          readinessProbe: {httpGet: {path: /health, port: 8080}}
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          livenessProbe: {httpGet: {path: /health, port: 8080}, failureThreshold: 6}
          readinessProbe: {httpGet: {path: /health, port: 8080}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let of = |key| probes(container).find(|probe| probe.key == key);
    let (Some(liveness), Some(readiness)) = (of("livenessProbe"), of("readinessProbe")) else {
        return;
    };
    let patience = |probe: &Probe<'_>| probe.period().saturating_mul(probe.failures());
    let same = liveness.handler().is_some_and(|(kind, handler)| {
        let other = readiness.handler();
        other.is_some_and(|(other, node)| kind == other && same(node, handler))
    });
    if same && patience(&liveness) <= patience(&readiness) {
        said.container(container, Some(liveness.at), "livenessProbe", "");
    }
}

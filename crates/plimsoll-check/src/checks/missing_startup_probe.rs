//! `missing-startup-probe`: liveness probe may end a program that still starts.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "missing-startup-probe",
    title: "liveness probe may end a program that still starts",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "A start that takes longer than the liveness probe waits is cut off, again and again: on a busy node, after an update of the database.",
    mend: "Add a `startupProbe`: the others wait until it succeeds.",
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
          livenessProbe: {httpGet: {port: 8080}, periodSeconds: 5}
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
          livenessProbe: {httpGet: {port: 8080}, periodSeconds: 5}
          startupProbe: {httpGet: {port: 8080}, failureThreshold: 30}
",
    test: Test::Container(test),
};

/// Seconds that a start may take in bad times.
const START_SECONDS: i64 = 60;

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    if container.field(&["startupProbe"]).is_some() {
        return;
    }
    for probe in probes(container).filter(|probe| probe.key == "livenessProbe") {
        let patience = probe
            .period()
            .saturating_mul(probe.failures())
            .saturating_add(probe.delay());
        if patience < START_SECONDS {
            let detail = format!("it waits {patience} s");
            said.container(container, Some(probe.at), "startupProbe", detail);
        }
    }
}

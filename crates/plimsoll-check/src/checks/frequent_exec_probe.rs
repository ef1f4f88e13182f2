//! `frequent-exec-probe`: a process is started every few seconds to ask.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "frequent-exec-probe",
    title: "a process is started every few seconds to ask",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "Each question starts a process in the container: on a full node dozens of pods that do so every few seconds cost more than the programs do.",
    mend: "Ask by HTTP, gRPC or TCP, or less often.",
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
          livenessProbe: {exec: {command: [cat, /tmp/alive]}, periodSeconds: 2}
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
          livenessProbe: {exec: {command: [cat, /tmp/alive]}, periodSeconds: 10}
",
    test: Test::Container(test),
};

/// Seconds between two questions that are few.
const PERIOD_FEW: i64 = 5;

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for probe in probes(container).filter(|probe| probe.key != "startupProbe") {
        if let Some(exec) = probe.node.entry("exec")
            && probe.period() <= PERIOD_FEW
        {
            let detail = format!("every {} s", probe.period());
            said.container(
                container,
                Some(exec.at),
                format!("{}.exec", probe.key),
                detail,
            );
        }
    }
}

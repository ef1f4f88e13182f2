//! `probe-timeout-exceeds-period`: probe may take longer than the time between two.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "probe-timeout-exceeds-period",
    title: "probe may take longer than the time between two",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Probes of one kind run one after the other: a slow answer delays the next question, and a failure is noticed later than the figures promise.",
    mend: "Keep `timeoutSeconds` below `periodSeconds`.",
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
          livenessProbe: {httpGet: {port: 8080}, periodSeconds: 5, timeoutSeconds: 10}
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
          livenessProbe: {httpGet: {port: 8080}, periodSeconds: 10, timeoutSeconds: 5}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for probe in probes(container) {
        if let Some(timeout) = probe.node.at_path(&["timeoutSeconds"])
            && let Some(seconds) = timeout.as_int().filter(|seconds| *seconds > probe.period())
        {
            let field = format!("{}.timeoutSeconds", probe.key);
            let detail = format!("{seconds} s, every {} s", probe.period());
            said.container(container, Some(timeout.at), field, detail);
        }
    }
}

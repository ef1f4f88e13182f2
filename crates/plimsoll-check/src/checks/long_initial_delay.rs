//! `long-initial-delay`: probe waits a fixed time instead of asking.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "long-initial-delay",
    title: "probe waits a fixed time instead of asking",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Every start takes that long, also the one that would be ready at once: roll-outs and recoveries crawl. And a start that takes longer fails all the same.",
    mend: "Replace the delay by a `startupProbe` with as many tries as the slowest start needs.",
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
          readinessProbe: {httpGet: {port: 8080}, initialDelaySeconds: 180}
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
          startupProbe: {httpGet: {port: 8080}, failureThreshold: 18}
          readinessProbe: {httpGet: {port: 8080}}
",
    test: Test::Container(test),
};

/// Seconds that are long to wait.
const DELAY_LONG: i64 = 60;

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for probe in probes(container) {
        if let Some(delay) = probe.node.at_path(&["initialDelaySeconds"])
            && let Some(seconds) = delay.as_int().filter(|seconds| *seconds > DELAY_LONG)
        {
            let field = format!("{}.initialDelaySeconds", probe.key);
            said.container(container, Some(delay.at), field, format!("{seconds} s"));
        }
    }
}

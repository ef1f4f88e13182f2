//! `probe-without-handler`: probe does not say how to ask, or says it twice.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::{HANDLERS, probes};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "probe-without-handler",
    title: "probe does not say how to ask, or says it twice",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses a probe that has not exactly one of `httpGet`, `tcpSocket`, `grpc` and `exec`.",
    mend: "Leave one of them.",
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
          readinessProbe: {periodSeconds: 5}
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
          readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 5}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for probe in probes(container) {
        let handlers = HANDLERS
            .iter()
            .filter(|handler| probe.node.at_path(&[handler]).is_some());
        let number = handlers.count();
        if number != 1 {
            let detail = match number {
                0 => "none",
                _ => "several",
            };
            said.container(container, Some(probe.at), probe.key, detail);
        }
    }
}

//! `invalid-probe-setting`: probe has a setting that is refused.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "invalid-probe-setting",
    title: "probe has a setting that is refused",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Liveness and start-up succeed once or not at all, readiness ends no pod, and no count or time is below its least: the API server refuses anything else.",
    mend: "Remove the setting, or give it a value that is allowed.",
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
          livenessProbe: {tcpSocket: {port: 8080}, successThreshold: 2}
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
          readinessProbe: {tcpSocket: {port: 8080}, successThreshold: 2}
",
    test: Test::Container(test),
};

/// Numbers that a probe takes, and the least of each; 0 stands for the default.
const LEAST: [(&str, i64); 5] = [
    ("initialDelaySeconds", 0),
    ("timeoutSeconds", 0),
    ("periodSeconds", 0),
    ("successThreshold", 0),
    ("failureThreshold", 0),
];

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for probe in probes(container) {
        let mut wrong = |key: &str, at, detail: String| {
            said.container(container, Some(at), format!("{}.{key}", probe.key), detail);
        };
        for (key, least) in LEAST {
            if let Some(node) = probe.node.at_path(&[key])
                && let Some(number) = node.as_int().filter(|number| *number < least)
            {
                wrong(key, node.at, format!("{key} is {number}"));
            }
        }
        if let Some(node) = probe.node.at_path(&["successThreshold"])
            && probe.key != "readinessProbe"
            && let Some(number) = node.as_int().filter(|number| *number > 1)
        {
            wrong(
                "successThreshold",
                node.at,
                format!("successThreshold is {number}"),
            );
        }
        if let Some(node) = probe.node.at_path(&["terminationGracePeriodSeconds"])
            && probe.key == "readinessProbe"
        {
            let detail = "a readiness probe ends no pod".to_owned();
            wrong("terminationGracePeriodSeconds", node.at, detail);
        }
    }
}

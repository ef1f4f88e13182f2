//! `probe-port-name-unknown`: probe names a port that the container has not.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "probe-port-name-unknown",
    title: "probe names a port that the container has not",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["liveness-port", "readiness-port", "startup-port"],
    why: "The kubelet cannot find the port: the probe fails for ever, and the pod never gets traffic or is restarted without end.",
    mend: "Name one of the ports of the container, or write the number.",
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
          ports: [{name: web, containerPort: 8080}]
          readinessProbe: {httpGet: {port: http}}
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
          ports: [{name: web, containerPort: 8080}]
          readinessProbe: {httpGet: {port: web}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let ports = container.field(&["ports"]).map_or(&[][..], Node::items);
    for probe in probes(container) {
        let Some(port) = probe.port() else {
            continue;
        };
        let Some(name) = port.as_str().filter(|name| name.parse::<u16>().is_err()) else {
            continue;
        };
        let known = |port: &Node| port.get("name").and_then(Node::as_str) == Some(name);
        if !ports.iter().any(known) {
            said.container(
                container,
                Some(port.at),
                format!("{}.port", probe.key),
                name,
            );
        }
    }
}

//! `probe-port-not-declared`: probe asks a port that is not declared.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::probe::probes;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "probe-port-not-declared",
    title: "probe asks a port that is not declared",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "Either the number is wrong, or the list of ports, which people and policies read, is not whole.",
    mend: "Add the port to `ports`, or mend the number.",
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
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {port: 8081}}
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
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {port: 8080}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let ports = container.field(&["ports"]).map_or(&[][..], Node::items);
    for probe in probes(container) {
        let Some(port) = probe.port() else {
            continue;
        };
        let number = port.as_int();
        let known = |port: &Node| port.get("containerPort").and_then(Node::as_int) == number;
        if let Some(number) = number
            && !ports.is_empty()
            && !ports.iter().any(known)
        {
            said.container(
                container,
                Some(port.at),
                format!("{}.port", probe.key),
                number.to_string(),
            );
        }
    }
}

//! `host-port-blocks-rollout`: new pods wait for ports of the node.

use plimsoll_model::Severity;

use crate::amount::Amount;
use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "host-port-blocks-rollout",
    title: "new pods wait for ports of the node",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "One pod of a node has the port. A roll-out that first adds pods needs a node that has it free; where there is none, it stands still.",
    mend: "Remove the host port, or set `maxSurge: 0` and `maxUnavailable: 1`.",
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
          ports: [{containerPort: 80, hostPort: 80}]
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          ports: [{containerPort: 80, hostPort: 80}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if !workload::is(object, &["Deployment"]) {
        return;
    }
    let strategy = object.node.at_path(&["spec", "strategy"]);
    let of = |path: &[&str]| strategy.and_then(|strategy| strategy.at_path(path));
    let recreates = of(&["type"]).and_then(Node::as_str) == Some("Recreate");
    let surge = of(&["rollingUpdate", "maxSurge"]).and_then(Amount::of);
    if recreates || surge.is_some_and(Amount::is_zero) {
        return;
    }
    let Some(pod) = object.pod() else {
        return;
    };
    for container in pod.containers() {
        for port in container.field(&["ports"]).map_or(&[][..], Node::items) {
            if let Some(node) = port.at_path(&["hostPort"])
                && let Some(number) = node.as_int().filter(|number| *number > 0)
            {
                let detail = format!("port {number}");
                said.container(&container, Some(node.at), "ports.hostPort", detail);
            }
        }
    }
}

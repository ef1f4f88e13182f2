//! `selector-selects-nothing`: service selects no pod that is here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::pods::of_service;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "selector-selects-nothing",
    title: "service selects no pod that is here",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Requests to the service are refused: no workload of its namespace has the labels that it asks for.",
    mend: "Make the selector and the labels of the pods the same.",
    bad: r#"apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: basket}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    good: r#"apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    for (index, service) in world.of_kind("Service") {
        let Some(node) = service.node.at_path(&["spec", "selector"]) else {
            continue;
        };
        // A service alone says nothing of the workloads that are elsewhere.
        let is_known = service.group().is_empty() && world.pods().knows(service.namespace);
        let is_empty = node.entries().is_empty();
        if is_known && !is_empty && of_service(world, service).is_empty() {
            said.object(index, node.at, "spec.selector", "");
        }
    }
}

//! `recreate-behind-service`: each roll-out takes the service away.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::pods::of_service;
use crate::world::World;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "recreate-behind-service",
    title: "each roll-out takes the service away",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["no-rolling-update-strategy", "deployment-strategy"],
    why: "With `Recreate` every pod ends before the first new one starts; until it is ready, requests are refused.",
    mend: "Use `RollingUpdate`, unless two versions must not run side by side.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  strategy: {type: Recreate}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}]}
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  strategy: {type: RollingUpdate}
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}]}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    let mut told = BTreeSet::new();
    for (_, service) in world
        .of_kind("Service")
        .filter(|(_, service)| service.group().is_empty())
    {
        for made in of_service(world, service) {
            let strategy = made.object.node.at_path(&["spec", "strategy", "type"]);
            let recreates = strategy.and_then(Node::as_str) == Some("Recreate");
            // A volume that one node can have at a time leaves no choice.
            let volumes = made.pod.field(&["volumes"]).map_or(&[][..], Node::items);
            let has_claim = volumes
                .iter()
                .any(|volume| volume.get("persistentVolumeClaim").is_some());
            if let Some(node) = strategy.filter(|_| recreates && !has_claim)
                && made.object.kind == "Deployment"
                && told.insert(made.index)
            {
                said.object(made.index, node.at, "spec.strategy.type", "");
            }
        }
    }
}

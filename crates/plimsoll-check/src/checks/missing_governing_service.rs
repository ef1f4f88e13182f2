//! `missing-governing-service`: StatefulSet names a Service that is not here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;

pub const CHECK: Check = Check {
    id: "missing-governing-service",
    title: "StatefulSet names a Service that is not here",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Its pods get no names of their own in DNS: members of a cluster do not find each other.",
    mend: "Add a Service of that name with `clusterIP: None`.",
    bad: "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec:
  serviceName: carts
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
spec: {clusterIP: None, selector: {app: cart}, ports: [{port: 80}]}
",
    good: "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec:
  serviceName: cart
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
spec: {clusterIP: None, selector: {app: cart}, ports: [{port: 80}]}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    for (index, object) in world
        .of_kind("StatefulSet")
        .filter(|(_, set)| set.group() == "apps")
    {
        let Some(node) = object.node.at_path(&["spec", "serviceName"]) else {
            continue;
        };
        let name = node.as_str().unwrap_or_default();
        let mut found = world.meant("Service", object.namespace, name);
        let is_known = world.knows("Service", object.namespace);
        if !name.is_empty() && is_known && found.next().is_none() {
            said.object(index, node.at, "spec.serviceName", name);
        }
    }
}

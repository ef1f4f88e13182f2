//! `namespace-without-limit-range`: namespace has no default limits.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;

pub const CHECK: Check = Check {
    id: "namespace-without-limit-range",
    title: "namespace has no default limits",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa resource-limits"],
    aliases: &[],
    why: "A container that names no limits has none, and each one that forgets them is a risk for its node.",
    mend: "Add a `LimitRange` with defaults.",
    bad: "apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
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
",
    good: "apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: LimitRange
metadata: {name: shop, namespace: shop}
spec: {limits: [{type: Container, default: {memory: 256Mi}}]}
---
apiVersion: apps/v1
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
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    for (index, namespace) in world.of_kind("Namespace") {
        let is_system = namespace.name.starts_with("kube-") || namespace.name == "default";
        // Without a pod the set says nothing of what is in the namespace.
        let is_used = world.pods().knows(namespace.name);
        if !is_system && is_used && !world.knows("LimitRange", namespace.name) {
            said.object(index, namespace.node.at, "metadata.name", "");
        }
    }
}

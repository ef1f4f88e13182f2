//! `namespace-without-quota`: namespace has no quota.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;

pub const CHECK: Check = Check {
    id: "namespace-without-quota",
    title: "namespace has no quota",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa resource-limits", "mitre T1496", "mitre T1499"],
    aliases: &[],
    why: "One team, or one intruder who may make pods, can take all that the cluster has.",
    mend: "Add a `ResourceQuota`.",
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
    good: r#"apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: shop, namespace: shop}
spec: {hard: {requests.cpu: "8", limits.memory: 16Gi}}
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
"#,
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    for (index, namespace) in world.of_kind("Namespace") {
        let is_system = namespace.name.starts_with("kube-") || namespace.name == "default";
        // Without a pod the set says nothing of what is in the namespace.
        let is_used = world.pods().knows(namespace.name);
        if !is_system && is_used && !world.knows("ResourceQuota", namespace.name) {
            said.object(index, namespace.node.at, "metadata.name", "");
        }
    }
}

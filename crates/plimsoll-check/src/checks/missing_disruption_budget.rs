//! `missing-disruption-budget`: nothing keeps the pods from going all at once.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::budgets::budgets;
use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "missing-disruption-budget",
    title: "nothing keeps the pods from going all at once",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[
        "deployment-has-poddisruptionbudget",
        "statefulset-has-poddisruptionbudget",
        "missingPodDisruptionBudget",
    ],
    why: "When nodes are drained for an upgrade, all pods of a workload may be evicted in the same moment.",
    mend: "Add a `PodDisruptionBudget` with `maxUnavailable: 1`.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: cart}}}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    let kept: BTreeSet<usize> = budgets(world)
        .flat_map(|(_, _, pods)| pods.into_iter().map(|made| made.index))
        .collect();
    for (index, object) in world.iter() {
        if workload::is(object, &["Deployment", "StatefulSet"])
            && workload::replicas(object) > 1
            && !kept.contains(&index)
        {
            let at = object
                .node
                .entry("spec")
                .map_or(object.node.at, |spec| spec.at);
            said.object(index, at, "spec", "");
        }
    }
}

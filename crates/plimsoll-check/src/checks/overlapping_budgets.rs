//! `overlapping-budgets`: pods belong to several budgets.

use std::collections::BTreeMap;

use plimsoll_model::Severity;

use crate::budgets::budgets;
use crate::check::{Check, Persona, Said, Test};
use crate::world::World;

pub const CHECK: Check = Check {
    id: "overlapping-budgets",
    title: "pods belong to several budgets",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The eviction of such a pod is an error: its node cannot be drained.",
    mend: "Leave one budget for each pod.",
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
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cart, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: cart}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: all, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: cart}}}
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
    let mut first: BTreeMap<usize, (usize, &str)> = BTreeMap::new();
    for (index, budget, pods) in budgets(world) {
        for made in pods {
            let (other, name) = *first.entry(made.index).or_insert((index, budget.name));
            // The same budget in two files is another matter.
            if other != index && name != budget.name {
                let node = budget.node.at_path(&["spec", "selector"]);
                let at = node.map_or(budget.node.at, |node| node.at);
                let detail = format!("{} also belongs to {name}", made.object.display());
                said.object(index, at, "spec.selector", detail);
                break;
            }
        }
    }
}

//! `budget-selects-nothing`: budget is about no pod that is here.

use plimsoll_model::Severity;

use crate::budgets::budgets;
use crate::check::{Check, Persona, Said, Test};
use crate::world::World;

pub const CHECK: Check = Check {
    id: "budget-selects-nothing",
    title: "budget is about no pod that is here",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "It protects nothing: the pods that were meant can all be evicted at once.",
    mend: "Make the selector and the labels of the pods the same.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 2
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
spec: {minAvailable: 1, selector: {matchLabels: {app: basket}}}
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 2
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
spec: {minAvailable: 1, selector: {matchLabels: {app: cart}}}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    for (index, budget, pods) in budgets(world) {
        let node = budget.node.at_path(&["spec", "selector"]);
        if pods.is_empty() && world.pods().knows(budget.namespace) {
            let at = node.map_or(budget.node.at, |node| node.at);
            said.object(index, at, "spec.selector", "");
        }
    }
}

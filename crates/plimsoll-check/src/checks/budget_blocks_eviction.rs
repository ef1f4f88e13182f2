//! `budget-blocks-eviction`: budget allows no pod to go.

use plimsoll_model::Severity;

use crate::amount::Amount;
use crate::budgets::{Autoscalers, budgets};
use crate::check::{Check, Persona, Said, Test};
use crate::pods::Made;
use crate::workload::replicas;
use crate::world::World;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "budget-blocks-eviction",
    title: "budget allows no pod to go",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["pdb-min-available", "pdb-max-unavailable"],
    why: "A node with such a pod cannot be drained: upgrades of the cluster stop there, and somebody removes the budget in the night.",
    mend: "Allow at least one: `maxUnavailable: 1`, and run two pods or more.",
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
spec: {minAvailable: 2, selector: {matchLabels: {app: cart}}}
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

/// The pods that a budget is about, in quiet hours; none where their number is not known.
fn expected(pods: &[&Made<'_>], autoscalers: &Autoscalers<'_, '_>) -> Option<i64> {
    let mut sum: i64 = 0;
    for made in pods {
        if !matches!(made.object.kind, "Deployment" | "StatefulSet") {
            return None;
        }
        let least = autoscalers.of(&made.object).next().map(|(_, scaler)| {
            let least = scaler.node.at_path(&["spec", "minReplicas"]);
            least.and_then(Node::as_int).unwrap_or(1)
        });
        let number = least.unwrap_or_else(|| replicas(&made.object));
        sum = sum.saturating_add(number);
    }
    Some(sum).filter(|sum| *sum > 0)
}

fn test(world: &World<'_>, said: &mut Said) {
    let autoscalers = Autoscalers::new(world);
    for (index, budget, pods) in budgets(world) {
        let of = |key: &str| {
            let node = budget.node.at_path(&["spec", key])?;
            Some((node, Amount::of(node)?))
        };
        if let Some((node, amount)) = of("maxUnavailable")
            && amount.is_zero()
        {
            said.object(index, node.at, "spec.maxUnavailable", "");
        }
        if let Some((node, least)) = of("minAvailable") {
            let detail = match (least, expected(&pods, &autoscalers)) {
                (Amount::Percent(100..), _) => String::new(),
                (least, Some(number)) if least.rounded_up(number) >= number => {
                    format!("{} of {number}", least.rounded_up(number))
                }
                _ => continue,
            };
            said.object(index, node.at, "spec.minAvailable", detail);
        }
    }
}

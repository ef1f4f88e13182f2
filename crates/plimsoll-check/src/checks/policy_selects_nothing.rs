//! `policy-selects-nothing`: network policy is about no pod that is here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;
use plimsoll_object::selector::Selector;

pub const CHECK: Check = Check {
    id: "policy-selects-nothing",
    title: "network policy is about no pod that is here",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["networkpolicy-targets-pod", "dangling-networkpolicy"],
    why: "It protects nothing: the pods that were meant are as open as before.",
    mend: "Make the selector and the labels of the pods the same.",
    bad: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec: {podSelector: {matchLabels: {app: basket}}, policyTypes: [Ingress]}
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
    good: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec: {podSelector: {matchLabels: {app: cart}}, policyTypes: [Ingress]}
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
    for (index, policy) in world.of_kind("NetworkPolicy") {
        let Some(node) = policy.node.at_path(&["spec", "podSelector"]) else {
            continue;
        };
        let Ok(selector) = Selector::read(node) else {
            continue;
        };
        let namespace = policy.namespace;
        let is_ours = policy.group() == "networking.k8s.io" && world.pods().knows(namespace);
        if is_ours && world.pods().selected(namespace, &selector).is_empty() {
            said.object(index, node.at, "spec.podSelector", "");
        }
    }
}

//! `missing-service-account`: pod runs under a service account that is not here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::refs::say_missing;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "missing-service-account",
    title: "pod runs under a service account that is not here",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["non-existent-service-account"],
    why: "No pod is made until the account exists; and who may make accounts can give it what rights he likes.",
    mend: "Add the service account, or mend the name.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccountName: cart
      containers:
        - name: cart
          image: registry.example/cart:1.0
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: card, namespace: shop}
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccountName: cart
      containers:
        - name: cart
          image: registry.example/cart:1.0
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cart, namespace: shop}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    say_missing(world, said, "ServiceAccount", true);
}

//! `missing-secret`: pod needs a Secret that is not here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::refs::say_missing;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "missing-secret",
    title: "pod needs a Secret that is not here",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "Secrets are often made elsewhere, and rightly so. But who sets up the next cluster must know of this one: until it is there the pod does not start.",
    mend: "Add what makes it: an ExternalSecret, a SealedSecret; or write it down.",
    bad: "apiVersion: apps/v1
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
          envFrom: [{secretRef: {name: cart}}]
",
    good: "apiVersion: apps/v1
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
          envFrom: [{secretRef: {name: cart}}]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: cart, namespace: shop}
spec: {secretStoreRef: {name: vault, kind: ClusterSecretStore}, dataFrom: [{extract: {key: cart}}]}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    say_missing(world, said, "Secret", false);
}

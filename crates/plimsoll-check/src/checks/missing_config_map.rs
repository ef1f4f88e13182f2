//! `missing-config-map`: pod needs a ConfigMap that is not here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::refs::say_missing;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "missing-config-map",
    title: "pod needs a ConfigMap that is not here",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Until it is there the pod does not start: `CreateContainerConfigError`, or a volume that is never mounted.",
    mend: "Add the ConfigMap, mend the name, or set `optional: true`.",
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
          envFrom: [{configMapRef: {name: settings}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: setings, namespace: shop}
data: {mode: fast}
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
          envFrom: [{configMapRef: {name: settings}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {mode: fast}
",
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    say_missing(world, said, "ConfigMap", true);
}

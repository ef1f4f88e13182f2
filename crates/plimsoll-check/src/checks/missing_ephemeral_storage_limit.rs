//! `missing-ephemeral-storage-limit`: container may fill the disk of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "missing-ephemeral-storage-limit",
    title: "container may fill the disk of its node",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa resource-limits"],
    aliases: &["container-ephemeral-storage-request-and-limit"],
    why: "Logs, temporary files and what is written into the container lie on the disk of the node: when it is full, every pod there is evicted.",
    mend: "Set `resources.limits.ephemeral-storage`.",
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
          resources: {limits: {memory: 64Mi}}
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
          resources: {limits: {memory: 64Mi, ephemeral-storage: 1Gi}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    if !container.is_limited(pod, "ephemeral-storage") {
        let at = container.field(&["resources"]).map(|node| node.at);
        said.container(container, at, "resources.limits.ephemeral-storage", "");
    }
}

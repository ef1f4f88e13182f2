//! `pinned-to-node`: pods are bound to one node by name.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "pinned-to-node",
    title: "pods are bound to one node by name",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "The scheduler is not asked: whether the node has room, is drained, or is there at all, counts for nothing, and when it goes, nothing starts elsewhere.",
    mend: "Use `nodeSelector` or affinity.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      nodeName: node-7
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      nodeSelector: {disk: fast}
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    // A pod that runs has the name of its node there.
    if pod.kind != "Pod"
        && let Some(node) = pod.field(&["nodeName"])
    {
        said.at(node.at, "spec.nodeName", node.as_str().unwrap_or_default());
    }
}

//! `no-rollout-history`: nothing is kept to go back to.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "no-rollout-history",
    title: "nothing is kept to go back to",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "With `revisionHistoryLimit: 0` there is no earlier version in the cluster: undoing a bad roll-out waits for whoever can deliver the old one again.",
    mend: "Leave `revisionHistoryLimit` out, or set it to 2 or more.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  revisionHistoryLimit: 0
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
  revisionHistoryLimit: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if !workload::is(object, &["Deployment", "StatefulSet", "DaemonSet"]) {
        return;
    }
    if let Some(node) = object.node.at_path(&["spec", "revisionHistoryLimit"])
        && node.as_int() == Some(0)
    {
        said.at(node.at, "spec.revisionHistoryLimit", "");
    }
}

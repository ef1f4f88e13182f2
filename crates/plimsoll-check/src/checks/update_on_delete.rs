//! `update-on-delete`: new version waits until somebody deletes pods.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "update-on-delete",
    title: "new version waits until somebody deletes pods",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "With `OnDelete` a delivery changes nothing that runs: mends of security holes wait for a hand, and chance decides which pods have them.",
    mend: "Use `RollingUpdate`.",
    bad: "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec:
  updateStrategy: {type: OnDelete}
  serviceName: cart
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec:
  updateStrategy: {type: RollingUpdate}
  serviceName: cart
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
    if !workload::is(object, &["StatefulSet", "DaemonSet"]) {
        return;
    }
    if let Some(node) = object.node.at_path(&["spec", "updateStrategy", "type"])
        && node.as_str() == Some("OnDelete")
    {
        said.at(node.at, "spec.updateStrategy.type", "");
    }
}

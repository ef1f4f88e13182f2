//! `missing-min-ready-seconds`: roll-out goes on as soon as a pod says it is ready.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload::{self, replicas};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "missing-min-ready-seconds",
    title: "roll-out goes on as soon as a pod says it is ready",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "A version that comes up and dies after a few seconds replaces every pod before anybody sees it.",
    mend: "Set `minReadySeconds` to the time after which a pod has shown that it works.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
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
  replicas: 3
  minReadySeconds: 15
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
    let spec = object.node.entry("spec");
    let Some(spec) = spec.filter(|_| object.kind == "DaemonSet" || replicas(object) > 1) else {
        return;
    };
    let set = spec
        .value
        .at_path(&["minReadySeconds"])
        .and_then(Node::as_int);
    if set.unwrap_or(0) == 0 {
        said.at(spec.at, "spec.minReadySeconds", "");
    }
}

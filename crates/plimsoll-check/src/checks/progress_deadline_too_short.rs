//! `progress-deadline-too-short`: roll-out is given up before a pod can count as ready.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "progress-deadline-too-short",
    title: "roll-out is given up before a pod can count as ready",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses a `progressDeadlineSeconds` that is not above `minReadySeconds`.",
    mend: "Raise `progressDeadlineSeconds`, or lower `minReadySeconds`.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  minReadySeconds: 60
  progressDeadlineSeconds: 30
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
  minReadySeconds: 60
  progressDeadlineSeconds: 600
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

/// Seconds that the API server fills in.
const DEADLINE: i64 = 600;

fn test(object: &Object<'_>, said: &mut Said) {
    if !workload::is(object, &["Deployment"]) {
        return;
    }
    let of = |key: &str| object.node.at_path(&["spec", key]);
    let (least, most) = (of("minReadySeconds"), of("progressDeadlineSeconds"));
    let seconds = least.and_then(Node::as_int).unwrap_or(0);
    let deadline = most.and_then(Node::as_int).unwrap_or(DEADLINE);
    let Some(node) = most.or(least) else {
        return;
    };
    if deadline <= seconds {
        let detail = format!("{deadline} s for {seconds} s");
        said.at(node.at, "spec.progressDeadlineSeconds", detail);
    }
}

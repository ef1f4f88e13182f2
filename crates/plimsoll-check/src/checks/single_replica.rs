//! `single-replica`: one pod carries the whole service.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "single-replica",
    title: "one pod carries the whole service",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "While that pod restarts or its node is drained, the service is away.",
    mend: "Set `replicas: 2` or more, with a disruption budget.",
    bad: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    good: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "Deployment" || object.group() != "apps" {
        return;
    }
    if let Some(node) = object.node.at_path(&["spec", "replicas"])
        && node.as_int() == Some(1)
    {
        said.at(node.at, "spec.replicas", "");
    }
}

//! `naked-pod`: pod is not looked after by a controller.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "naked-pod",
    title: "pod is not looked after by a controller",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["C-0073"],
    why: "When its node goes, the pod is gone: nothing makes it again.",
    mend: "Use a Deployment, a StatefulSet or a Job.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let owners = object.node.at_path(&["metadata", "ownerReferences"]);
    let is_owned = owners.is_some_and(|owners| !owners.items().is_empty());
    let is_static =
        object
            .node
            .at_path(&["metadata", "annotations", "kubernetes.io/config.source"]);
    if object.kind == "Pod" && object.group().is_empty() && !is_owned && is_static.is_none() {
        said.at(object.node.at, "metadata.ownerReferences", "");
    }
}

//! `changing-label-in-selector`: selector has a label that changes with the version.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "changing-label-in-selector",
    title: "selector has a label that changes with the version",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "A selector cannot be changed: the next version is refused, and the workload must be deleted and made again.",
    mend: "Take labels such as `app.kubernetes.io/name` and `app.kubernetes.io/instance` alone.",
    bad: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart, app.kubernetes.io/version: "1.0"}}
  template:
    metadata: {labels: {app: cart, app.kubernetes.io/version: "1.0"}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
"#,
    good: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, app.kubernetes.io/version: "1.0"}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
"#,
    test: Test::Object(test),
};

/// Labels that name a version.
const CHANGING: [&str; 3] = ["app.kubernetes.io/version", "chart", "helm.sh/chart"];

fn test(object: &Object<'_>, said: &mut Said) {
    if !workload::is(object, &["Deployment", "StatefulSet", "DaemonSet"]) {
        return;
    }
    let labels = object.node.at_path(&["spec", "selector", "matchLabels"]);
    for entry in labels.map_or(&[][..], Node::entries) {
        if CHANGING.contains(&&*entry.key) {
            said.at(
                entry.at,
                format!("spec.selector.matchLabels.{}", entry.key),
                &*entry.key,
            );
        }
    }
}

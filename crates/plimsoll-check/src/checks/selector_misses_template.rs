//! `selector-misses-template`: selector does not match the labels of the pods.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;
use plimsoll_object::selector::Selector;

pub const CHECK: Check = Check {
    id: "selector-misses-template",
    title: "selector does not match the labels of the pods",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["mismatching-selector"],
    why: "The API server refuses it: the pods that it makes would not be its own.",
    mend: "Make `spec.selector` and `spec.template.metadata.labels` agree.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: basket}}
    spec:
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
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];
    if !workload::is(object, &kinds) {
        return;
    }
    let (Some(spec), Some(pod)) = (object.node.entry("spec"), object.pod()) else {
        return;
    };
    let Some(node) = spec.value.at_path(&["selector"]) else {
        // Versions before v1 filled it in.
        if object.api_version == "apps/v1" {
            said.at(spec.at, "spec.selector", "there is none");
        }
        return;
    };
    let labels = pod.metadata.and_then(|metadata| metadata.get("labels"));
    match Selector::read(node) {
        Err(error) => said.at(error.at, "spec.selector", error.message),
        Ok(selector) if selector.is_empty() => said.at(node.at, "spec.selector", "it is empty"),
        Ok(selector) if !selector.matches(labels) => said.at(node.at, "spec.selector", ""),
        Ok(_) => {}
    }
}

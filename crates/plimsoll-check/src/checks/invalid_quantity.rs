//! `invalid-quantity`: amount cannot be read.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::quantity::{Quantity, shown};
use plimsoll_object::yaml::{Node, Value};

pub const CHECK: Check = Check {
    id: "invalid-quantity",
    title: "amount cannot be read",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses what is no quantity: `1GB`, `512MB` and `1 Gi` are none.",
    mend: "Write a number with one of the suffixes `m`, `k`, `M`, `G`, `T`, `Ki`, `Mi`, `Gi`, `Ti`, not below zero.",
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
          resources: {limits: {memory: 512MB}}
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
          resources: {limits: {memory: 512M}}
",
    test: Test::Object(test),
};

/// Folders of an object that hold quantities by resource.
fn amounts<'a>(object: &Object<'a>) -> Vec<(String, &'a Node)> {
    let mut out = Vec::new();
    let mut add = |field: String, map: Option<&'a Node>| {
        for entry in map.map_or(&[][..], Node::entries) {
            out.push((format!("{field}.{}", entry.key), &entry.value));
        }
    };
    let claims = ["spec", "volumeClaimTemplates"];
    let claims = object.node.at_path(&claims).map_or(&[][..], Node::items);
    let own = (object.group().is_empty() && object.kind == "PersistentVolumeClaim")
        .then_some(object.node);
    for claim in claims.iter().chain(own) {
        let field = "spec.resources.requests";
        add(
            field.to_owned(),
            claim.at_path(&["spec", "resources", "requests"]),
        );
    }
    if object.group().is_empty() && object.kind == "ResourceQuota" {
        add(
            "spec.hard".to_owned(),
            object.node.at_path(&["spec", "hard"]),
        );
    }
    if let Some(pod) = object.pod() {
        for kind in ["requests", "limits"] {
            add(
                format!("spec.resources.{kind}"),
                pod.field(&["resources", kind]),
            );
            for container in pod.containers() {
                let field = format!("{}.resources.{kind}", container.name);
                add(field, container.field(&["resources", kind]));
            }
        }
    }
    out
}

fn test(object: &Object<'_>, said: &mut Said) {
    for (field, node) in amounts(object) {
        // A null is no value: the field is not set.
        if node.value == Value::Null {
            continue;
        }
        match Quantity::of(node) {
            None => said.at(node.at, field, shown(node)),
            Some(amount) if amount.is_negative() => said.at(node.at, field, shown(node)),
            Some(_) => {}
        }
    }
}

//! `duplicate-environment-variable`: environment variable is set twice.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;
use std::collections::BTreeSet;

pub const CHECK: Check = Check {
    id: "duplicate-environment-variable",
    title: "environment variable is set twice",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The last value counts, whatever the reader of the first believes.",
    mend: "Remove one of them.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: MODE, value: a}, {name: MODE, value: b}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: MODE, value: a}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let mut seen = BTreeSet::new();
    for variable in container.field(&["env"]).map_or(&[][..], Node::items) {
        let name = variable
            .get("name")
            .and_then(Node::as_str)
            .unwrap_or_default();
        if !seen.insert(name) {
            said.container(container, Some(variable.at), format!("env.{name}"), name);
        }
    }
}

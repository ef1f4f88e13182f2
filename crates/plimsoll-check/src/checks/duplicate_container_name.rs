//! `duplicate-container-name`: two containers have one name.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "duplicate-container-name",
    title: "two containers have one name",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses the pod; tools that merge files by name lose one of the two.",
    mend: "Give each a name of its own.",
    bad: r#"apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      initContainers: [{name: cart, image: "registry.example/migrate:1.0"}]
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
    metadata: {labels: {app: cart}}
    spec:
      initContainers: [{name: migrate, image: "registry.example/migrate:1.0"}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
"#,
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    let mut seen = BTreeSet::new();
    for container in pod
        .containers()
        .filter(|container| !container.name.is_empty())
    {
        if !seen.insert(container.name) {
            let at = container.field(&["name"]).map(|node| node.at);
            said.container(&container, at, "name", "");
        }
    }
}

//! `secret-as-variable`: secret is handed over in the environment.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-as-variable",
    title: "secret is handed over in the environment",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["cis-1.12 5.4.1", "nsa secrets"],
    aliases: &["CKV_K8S_35", "C-0207"],
    why: "Child processes, crash dumps and debugging pages show the environment; a file shows itself to whoever opens it, and changes without a restart.",
    mend: "Mount the Secret as a volume.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: cart, key: token}}}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: token, secret: {secretName: cart}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: token, mountPath: /run/secrets}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for (list, path) in [
        ("env", &["valueFrom", "secretKeyRef"][..]),
        ("envFrom", &["secretRef"]),
    ] {
        for variable in container.field(&[list]).map_or(&[][..], Node::items) {
            if let Some(node) = variable.at_path(path) {
                let name = node.get("name").and_then(Node::as_str).unwrap_or_default();
                said.container(container, Some(node.at), format!("{list}.{name}"), name);
            }
        }
    }
}

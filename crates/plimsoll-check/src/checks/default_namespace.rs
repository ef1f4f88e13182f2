//! `default-namespace`: object lands in the namespace of everybody.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "default-namespace",
    title: "object lands in the namespace of everybody",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.6.4"],
    aliases: &["CKV_K8S_21", "KSV110", "C-0061"],
    why: "What lies in `default` shares its rights, quotas and network policies with whatever else was put there in a hurry.",
    mend: "Name a namespace of its own.",
    bad: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: default}
spec: {ports: [{port: 80}]}
",
    good: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 80}]}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    // The API server's own.
    if object.kind == "Service" && object.name == "kubernetes" {
        return;
    }
    if let Some(node) = object.node.at_path(&["metadata", "namespace"])
        && node.as_str() == Some("default")
    {
        said.at(node.at, "metadata.namespace", "");
    }
}

//! `node-port-service`: service opens a port on every node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "node-port-service",
    title: "service opens a port on every node",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["C-0256"],
    why: "The port is open on each node to all who reach it, past ingress and its rules.",
    mend: "Use `ClusterIP` behind an ingress or gateway.",
    bad: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {type: NodePort, ports: [{port: 80}]}
",
    good: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {type: ClusterIP, ports: [{port: 80}]}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind == "Service"
        && object.group().is_empty()
        && let Some(node) = object.node.at_path(&["spec", "type"])
        && node.as_str() == Some("NodePort")
    {
        said.at(node.at, "spec.type", "");
    }
}

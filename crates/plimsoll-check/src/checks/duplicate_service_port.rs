//! `duplicate-service-port`: service has a port twice, or ports without names.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "duplicate-service-port",
    title: "service has a port twice, or ports without names",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses it: of several ports each needs a name, and no two the same name, or number and protocol.",
    mend: "Name each port, and remove what stands twice.",
    bad: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}, {port: 443}]}
",
    good: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}, {name: https, port: 443}]}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "Service" || !object.group().is_empty() {
        return;
    }
    let ports = object
        .node
        .at_path(&["spec", "ports"])
        .map_or(&[][..], Node::items);
    let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for port in ports {
        let name = port.get("name").and_then(Node::as_str).unwrap_or_default();
        if name.is_empty() && ports.len() > 1 {
            said.at(port.at, "spec.ports.name", "a port has no name");
        } else if !name.is_empty() && !names.insert(name) {
            said.at(port.at, format!("spec.ports.{name}"), name);
        }
        let protocol = port
            .at_path(&["protocol"])
            .and_then(Node::as_str)
            .unwrap_or("TCP");
        if let Some(number) = port.get("port").and_then(Node::as_int)
            && !numbers.insert((number, protocol))
        {
            let detail = format!("{number}/{protocol}");
            said.at(port.at, format!("spec.ports.{detail}"), detail);
        }
    }
}

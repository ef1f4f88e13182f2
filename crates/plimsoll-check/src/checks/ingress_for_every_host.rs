//! `ingress-for-every-host`: ingress takes requests for hosts that are not its own.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "ingress-for-every-host",
    title: "ingress takes requests for hosts that are not its own",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa exposure"],
    aliases: &[],
    why: "Without a host, or with a wildcard, it answers for names that belong to others on the same controller.",
    mend: "Write the hosts out.",
    bad: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  namespace: shop
spec:
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}]}}]
",
    good: "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cart
  namespace: shop
spec:
  rules: [{host: cart.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}]}}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "Ingress" || !matches!(object.group(), "networking.k8s.io" | "extensions") {
        return;
    }
    let rules = object.node.at_path(&["spec", "rules"]);
    for rule in rules.map_or(&[][..], Node::items) {
        let host = rule.at_path(&["host"]);
        let name = host.and_then(Node::as_str).unwrap_or_default();
        if name.is_empty() || name.starts_with('*') {
            let detail = if name.is_empty() { "every host" } else { name };
            said.at(host.unwrap_or(rule).at, "spec.rules.host", detail);
        }
    }
    if let Some(node) = object.node.at_path(&["spec", "defaultBackend"]) {
        said.at(node.at, "spec.defaultBackend", "every host");
    }
}

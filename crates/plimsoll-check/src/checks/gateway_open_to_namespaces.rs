//! `gateway-open-to-namespaces`: every namespace may put routes on the gateway.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "gateway-open-to-namespaces",
    title: "every namespace may put routes on the gateway",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.6.1", "nsa namespaces", "nsa exposure"],
    aliases: &[],
    why: "Whoever may make a route in any namespace takes requests for the gateway's names.",
    mend: "Use `from: Same`, or `Selector` with a label that you hand out.",
    bad: "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: edge
  listeners:
    - {name: tls, port: 443, protocol: HTTPS, allowedRoutes: {namespaces: {from: All}}}
",
    good: "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: edge
  listeners:
    - {name: tls, port: 443, protocol: HTTPS, allowedRoutes: {namespaces: {from: Same}}}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "Gateway" || object.group() != "gateway.networking.k8s.io" {
        return;
    }
    let listeners = object.node.at_path(&["spec", "listeners"]);
    for listener in listeners.map_or(&[][..], Node::items) {
        let hostname = listener.get("hostname").and_then(Node::as_str);
        if let Some(node) = listener.at_path(&["allowedRoutes", "namespaces", "from"])
            && node.as_str() == Some("All")
        {
            let field = "spec.listeners.allowedRoutes.namespaces.from";
            said.at(node.at, field, hostname.unwrap_or("every host"));
        }
    }
}

//! `gateway-without-tls`: gateway serves without TLS only.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "gateway-without-tls",
    title: "gateway serves without TLS only",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa exposure"],
    aliases: &["C-0266"],
    why: "Whatever is asked and answered, passwords among it, crosses the network readable, and can be changed on the way.",
    mend: "Add a listener with `protocol: HTTPS`, and have the one for HTTP redirect to it.",
    bad: "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: edge
  listeners:
    - {name: web, port: 80, protocol: HTTP}
",
    good: "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: edge
  listeners:
    - {name: web, port: 80, protocol: HTTP}
    - {name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: edge}]}}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "Gateway" || object.group() != "gateway.networking.k8s.io" {
        return;
    }
    let listeners = object.node.at_path(&["spec", "listeners"]);
    let listeners = listeners.map_or(&[][..], Node::items);
    let speaks = |listener: &&Node, protocol: &str| {
        listener.get("protocol").and_then(Node::as_str) == Some(protocol)
    };
    // Beside one with TLS, the plain one is there to redirect.
    let has_tls = listeners
        .iter()
        .any(|one| speaks(&one, "HTTPS") || speaks(&one, "TLS"));
    let plain = listeners.iter().find(|one| speaks(one, "HTTP"));
    if let Some(listener) = plain.filter(|_| !has_tls) {
        let at = listener.get("protocol").map_or(listener.at, |node| node.at);
        said.at(at, "spec.listeners.protocol", "");
    }
}

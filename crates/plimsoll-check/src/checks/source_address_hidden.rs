//! `source-address-hidden`: program does not see who asks.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "source-address-hidden",
    title: "program does not see who asks",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa audit-logging"],
    aliases: &[],
    why: "Nodes put their own address in place of the client's: logs, limits and allow-lists by address are then about nodes.",
    mend: "Set `externalTrafficPolicy: Local`, where every node in use has a pod.",
    bad: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {type: LoadBalancer, ports: [{port: 443}]}
",
    good: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 443}]}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let spec = |key: &str| object.node.at_path(&["spec", key]);
    let kind = spec("type").and_then(Node::as_str).unwrap_or_default();
    let policy = spec("externalTrafficPolicy");
    if object.kind == "Service"
        && object.group().is_empty()
        && matches!(kind, "LoadBalancer" | "NodePort")
        && policy.and_then(Node::as_str) != Some("Local")
    {
        let at = policy
            .or_else(|| spec("type"))
            .map_or(object.node.at, |node| node.at);
        said.at(at, "spec.externalTrafficPolicy", "");
    }
}

//! `policy-open-to-internet`: network policy lets the internet in.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::object::Object;
use crate::yaml::Node;

pub const CHECK: Check = Check {
    id: "policy-open-to-internet",
    title: "network policy lets the internet in",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa network-policies", "mitre T1190"],
    aliases: &[],
    why: "Who is meant by 0.0.0.0/0 is everybody. For what serves the public that is meant.",
    mend: "Name the networks that may come.",
    bad: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
  ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]
",
    good: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "NetworkPolicy" || object.group() != "networking.k8s.io" {
        return;
    }
    let rules = object.node.at_path(&["spec", "ingress"]);
    let peers = rules.map_or(&[][..], Node::items).iter();
    for peer in peers.flat_map(|rule| rule.get("from").map_or(&[][..], Node::items)) {
        if let Some(node) = peer.at_path(&["ipBlock", "cidr"])
            && let Some(block @ ("0.0.0.0/0" | "::/0")) = node.as_str()
        {
            said.at(node.at, "spec.ingress.from.ipBlock", block);
        }
    }
}

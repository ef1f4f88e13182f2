//! `policy-allows-everywhere-out`: network policy lets pods reach everything.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::object::Object;
use crate::yaml::Node;

pub const CHECK: Check = Check {
    id: "policy-allows-everywhere-out",
    title: "network policy lets pods reach everything",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa network-policies"],
    aliases: &[],
    why: "Whoever breaks in loads tools from the internet, and carries data there.",
    mend: "Name the destinations under `to`, the name server among them.",
    bad: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{}]
",
    good: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "NetworkPolicy" || object.group() != "networking.k8s.io" {
        return;
    }
    let rules = object.node.at_path(&["spec", "egress"]);
    for rule in rules.map_or(&[][..], Node::items) {
        let is_empty = |key: &str| rule.get(key).map_or(&[][..], Node::items).is_empty();
        if is_empty("to") && is_empty("ports") {
            said.at(rule.at, "spec.egress", "");
        }
    }
}

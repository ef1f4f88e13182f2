//! `policy-open-to-internet`: network policy lets the internet in.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::policies;
use plimsoll_object::object::Object;

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
    for (_, cidr) in policies::blocks(policies::rules(object, "ingress"), "from") {
        if let Some(block @ ("0.0.0.0/0" | "::/0")) = cidr.as_str() {
            said.at(cidr.at, "spec.ingress.from.ipBlock", block);
        }
    }
}

//! `policy-allows-everywhere-out`: network policy lets pods reach everything.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::policies;
use plimsoll_object::object::Object;

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
    let rules = policies::rules(object, "egress");
    if let Some(rule) = policies::open_rule(rules, "to") {
        said.at(rule.at, "spec.egress", "");
    }
}

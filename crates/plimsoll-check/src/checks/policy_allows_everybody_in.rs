//! `policy-allows-everybody-in`: network policy lets everybody in.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::policies;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "policy-allows-everybody-in",
    title: "network policy lets everybody in",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.3.2", "nsa network-policies", "mitre T1046"],
    aliases: &[],
    why: "A rule without `from` and without ports takes back what the policy was made for.",
    mend: "Name the sources under `from`, or the ports; without any rule nobody comes in.",
    bad: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
  ingress: [{}]
",
    good: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
  ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let rules = policies::rules(object, "ingress");
    if let Some(rule) = policies::open_rule(rules, "from") {
        said.at(rule.at, "spec.ingress", "");
    }
}

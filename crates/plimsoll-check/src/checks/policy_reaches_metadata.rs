//! `policy-reaches-metadata`: network policy lets pods reach the cloud's metadata.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::policies;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "policy-reaches-metadata",
    title: "network policy lets pods reach the cloud's metadata",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa cloud-metadata", "nsa network-policies", "mitre T1552"],
    aliases: &["C-0052"],
    why: "The whole of the internet includes 169.254.169.254, where the node's credentials are had for the asking.",
    mend: "Add `except: [169.254.169.254/32]` to the block.",
    bad: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]
",
    good: "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for (block, cidr) in policies::blocks(policies::rules(object, "egress"), "to") {
        let mut excepted = block.get("except").map_or(&[][..], Node::items).iter();
        let is_shut = excepted.any(|one| {
            let block = one.as_str().unwrap_or_default();
            block.starts_with("169.254.") || block == "128.0.0.0/1"
        });
        if matches!(cidr.as_str(), Some("0.0.0.0/0" | "169.254.169.254/32")) && !is_shut {
            said.at(cidr.at, "spec.egress.to.ipBlock", "");
        }
    }
}

//! `reference-grant-too-wide`: another namespace may use every Secret of this one.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "reference-grant-too-wide",
    title: "another namespace may use every Secret of this one",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.6.1", "nsa namespaces", "nsa secrets"],
    aliases: &[],
    why: "The grant names no Secret: a gateway of the other namespace may serve with any certificate and key that lies here.",
    mend: "Name the Secrets under `to`.",
    bad: r#"apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: cart, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: edge}]
  to: [{group: "", kind: Secret}]
"#,
    good: r#"apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: cart, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: edge}]
  to: [{group: "", kind: Secret, name: cart-tls}]
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "ReferenceGrant" || object.group() != "gateway.networking.k8s.io" {
        return;
    }
    for to in object
        .node
        .at_path(&["spec", "to"])
        .map_or(&[][..], Node::items)
    {
        let is_secret = to.get("kind").and_then(Node::as_str) == Some("Secret");
        if is_secret && to.at_path(&["name"]).is_none() {
            said.at(to.at, "spec.to", "");
        }
    }
}

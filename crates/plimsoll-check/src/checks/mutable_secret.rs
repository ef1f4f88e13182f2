//! `mutable-secret`: Secret can be changed in place.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "mutable-secret",
    title: "Secret can be changed in place",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa secrets"],
    aliases: &[],
    why: "A change reaches some pods at once and others never, and nobody sees from the outside which one has what.",
    mend: "Set `immutable: true`, and give each content a name of its own.",
    bad: "apiVersion: v1
kind: Secret
metadata: {name: cart, namespace: shop}
type: Opaque
data: {}",
    good: "apiVersion: v1
kind: Secret
metadata: {name: cart, namespace: shop}
type: Opaque
immutable: true
data: {}",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let node = object.node.at_path(&["immutable"]);
    let is_for_cluster = object.node.at_path(&["type"]).and_then(Node::as_str)
        == Some("kubernetes.io/service-account-token");
    if object.kind == "Secret"
        && object.group().is_empty()
        && !is_for_cluster
        && node.and_then(Node::as_bool) != Some(true)
    {
        said.at(node.unwrap_or(object.node).at, "immutable", "");
    }
}

//! `secret-type-mismatch`: Secret lacks what its type promises.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "secret-type-mismatch",
    title: "Secret lacks what its type promises",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses it, or whoever reads it by its type finds nothing.",
    mend: "Add the keys, or use the type `Opaque`.",
    bad: "apiVersion: v1
kind: Secret
metadata: {name: cart, namespace: shop}
type: kubernetes.io/tls
data: {cert.pem: bm90IHJlYWw=}",
    good: "apiVersion: v1
kind: Secret
metadata: {name: cart, namespace: shop}
type: kubernetes.io/tls
data: {tls.crt: bm90IHJlYWw=, tls.key: bm90IHJlYWw=}",
    test: Test::Object(test),
};

/// Types, and the keys of which each must have all; of the login one is enough.
const TYPES: [(&str, &[&str]); 5] = [
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
    (
        "bootstrap.kubernetes.io/token",
        &["token-id", "token-secret"],
    ),
];

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(node) = object.node.at_path(&["type"]) else {
        return;
    };
    let keys = TYPES.iter().find(|(name, _)| node.as_str() == Some(name));
    let has = |key: &&&str| {
        let of = |part: &str| object.node.get(part).and_then(|data| data.get(key));
        of("data").or_else(|| of("stringData")).is_some()
    };
    if object.kind == "Secret"
        && object.group().is_empty()
        && let Some((_, keys)) = keys
        && let Some(missing) = keys.iter().find(|key| !has(key))
    {
        said.at(node.at, "type", format!("`{missing}` is missing"));
    }
}

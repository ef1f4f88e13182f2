//! `secret-store-open`: every namespace may fetch from the secret store.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-store-open",
    title: "every namespace may fetch from the secret store",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[
        "cis-1.12 5.4.2",
        "cis-1.12 5.6.1",
        "nsa secrets",
        "nsa namespaces",
    ],
    aliases: &[],
    why: "Whoever may make an ExternalSecret in any namespace gets whatever the store's account can read.",
    mend: "Name the namespaces in `conditions`, or use a SecretStore in each.",
    bad: r#"apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec: {provider: {vault: {server: "https://vault.example", path: kv}}}
"#,
    good: r#"apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  conditions: [{namespaces: [shop]}]
  provider: {vault: {server: "https://vault.example", path: kv}}
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind == "ClusterSecretStore"
        && object.group() == "external-secrets.io"
        && let Some(spec) = object.node.at_path(&["spec"])
        && spec
            .get("conditions")
            .map_or(&[][..], Node::items)
            .is_empty()
    {
        said.at(spec.at, "spec.conditions", "");
    }
}

//! `secret-store-without-tls`: secrets are fetched without TLS.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-store-without-tls",
    title: "secrets are fetched without TLS",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.4.2"],
    aliases: &[],
    why: "The store's login and every secret that it hands out cross the network readable.",
    mend: "Use `https://`, with `caBundle` or `caProvider` for a certificate of your own.",
    bad: r#"apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: vault, namespace: shop}
spec: {provider: {vault: {server: "http://vault.example:8200", path: kv}}}
"#,
    good: r#"apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: vault, namespace: shop}
spec: {provider: {vault: {server: "https://vault.example:8200", path: kv}}}
"#,
    test: Test::Object(test),
};

/// Fields of a store that name a server, whatever the provider.
const SERVERS: [&str; 6] = ["server", "serverUrl", "vaultUrl", "url", "host", "apiUrl"];

fn test(object: &Object<'_>, said: &mut Said) {
    let is_store = matches!(object.kind, "SecretStore" | "ClusterSecretStore")
        && object.group() == "external-secrets.io";
    let providers = object
        .node
        .at_path(&["spec", "provider"])
        .filter(|_| is_store);
    for provider in providers.map_or(&[][..], Node::entries) {
        for name in SERVERS {
            if let Some(node) = provider.value.at_path(&[name])
                && node.as_str().is_some_and(|url| url.starts_with("http://"))
            {
                said.at(
                    node.at,
                    format!("spec.provider.{}.{name}", provider.key),
                    &*provider.key,
                );
            }
        }
    }
}

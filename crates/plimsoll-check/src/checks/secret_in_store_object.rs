//! `secret-in-store-object`: secret stands in the object that says where secrets are.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::secret_words;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "secret-in-store-object",
    title: "secret stands in the object that says where secrets are",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.4.2", "nsa secrets", "mitre T1552"],
    aliases: &[],
    why: "The store was to keep secrets out of the cluster's objects: this one is readable by whoever may read the store's settings.",
    mend: "Refer to a Secret with the login, or use the provider's workload identity; the provider `fake` is for tests.",
    bad: "apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: fake, namespace: shop}
spec: {provider: {fake: {data: [{key: password, value: hunter2-not-real}]}}}
",
    good: r#"apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: vault, namespace: shop}
spec:
  provider: {vault: {server: "https://vault.example", auth: {tokenSecretRef: {name: vault, key: token}}}}
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let is_store = matches!(object.kind, "SecretStore" | "ClusterSecretStore")
        && object.group() == "external-secrets.io";
    if !is_store {
        return;
    }
    if let Some(fake) = object.node.at_path(&["spec", "provider", "fake"]) {
        said.at(fake.at, "spec.provider.fake", "provider `fake`");
    }
    if let Some(headers) = object
        .node
        .at_path(&["spec", "provider", "webhook", "headers"])
    {
        for entry in headers.entries() {
            let value = entry.value.as_str().unwrap_or_default();
            let is_login = entry.key.eq_ignore_ascii_case("authorization");
            if !value.contains("{{") && (is_login || secret_words::is_secret(&entry.key, value)) {
                said.at(entry.at, "spec.provider.webhook.headers", &*entry.key);
            }
        }
    }
}

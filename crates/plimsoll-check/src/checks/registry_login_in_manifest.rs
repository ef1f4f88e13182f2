//! `registry-login-in-manifest`: login to a registry lies in a file.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::sources;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "registry-login-in-manifest",
    title: "login to a registry lies in a file",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.4.2", "nsa secrets", "mitre T1552"],
    aliases: &[],
    why: "Whoever has the file can fetch what the login fetches, and where it may push, put other images in the place of yours.",
    mend: "Revoke it; have the kubelet's credential provider or an external store hand it out.",
    bad: r#"apiVersion: v1
kind: Secret
metadata: {name: cart, namespace: shop}
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: '{"auths": {"registry.example": {"auth": "bm90OnJlYWw="}}}'
"#,
    good: "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: cart, namespace: shop}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  target: {name: registry, template: {type: kubernetes.io/dockerconfigjson}}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if !sources::is_secret_in_file(object) || !sources::is_for_registries(object) {
        return;
    }
    for part in ["stringData", "data"] {
        let entries = object.node.get(part).map_or(&[][..], Node::entries);
        let login = entries.iter().find(|entry| {
            let text = entry.value.as_str().unwrap_or_default();
            // `{}` and an empty list of logins, as they are and in base64.
            let is_empty = ["", "{}", "e30=", "{\"auths\":{}}", "eyJhdXRocyI6e319"].contains(&text);
            let is_filled_in = ["${", "{{", "ENC["].iter().any(|mark| text.contains(mark));
            !is_empty && !is_filled_in
        });
        if let Some(entry) = login {
            said.at(entry.at, part, "");
        }
    }
}

//! `credential-in-config-map`: key or token is kept in a ConfigMap.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::secret_words;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "credential-in-config-map",
    title: "key or token is kept in a ConfigMap",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa secrets", "nsa kubeconfig", "mitre T1552"],
    aliases: &["KSV109", "KSV01010", "C-0012"],
    why: "Private keys, tokens and kubeconfigs open doors by themselves, and ConfigMaps are read by many.",
    mend: "Revoke it, it has been seen; keep the new one in a Secret or an external store.",
    bad: "apiVersion: v1
kind: ConfigMap
metadata: {name: cart, namespace: shop}
data:
  upload.conf: |
    key = AKIANOTAREALKEY12345
",
    good: "apiVersion: v1
kind: ConfigMap
metadata: {name: cart, namespace: shop}
data:
  upload.conf: |
    key_file = /run/secrets/upload
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "ConfigMap" || !object.group().is_empty() {
        return;
    }
    for entry in object.node.get("data").map_or(&[][..], Node::entries) {
        let text = entry.value.as_str().unwrap_or_default();
        if let Some(what) = secret_words::credential(text)
            && !secret_words::is_secret(&entry.key, text)
        {
            let detail = format!("{}: {what}", entry.key);
            said.at(entry.at, format!("data.{}", entry.key), detail);
        }
    }
    // In base64 the first bytes of a PEM file are told by their first letters.
    for entry in object.node.get("binaryData").map_or(&[][..], Node::entries) {
        let text = entry.value.as_str().unwrap_or_default();
        let is_key = PEM_KEYS.iter().any(|start| text.starts_with(start));
        if is_key {
            let detail = format!("{}: private key", entry.key);
            said.at(entry.at, format!("binaryData.{}", entry.key), detail);
        }
    }
}

/// `-----BEGIN PRIVATE`, `RSA`, `EC PRI`, `OPENSSH`, `ENCRYPTED` in base64.
const PEM_KEYS: [&str; 5] = [
    "LS0tLS1CRUdJTiBQUklWQVRF",
    "LS0tLS1CRUdJTiBSU0Eg",
    "LS0tLS1CRUdJTiBFQyBQUkl",
    "LS0tLS1CRUdJTiBPUEVOU1NI",
    "LS0tLS1CRUdJTiBFTkNSWVBURUQg",
];

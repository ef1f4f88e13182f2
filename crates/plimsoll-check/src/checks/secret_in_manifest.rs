//! `secret-in-manifest`: Secret lies in a file with its content.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::sources;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Entry, Node};

pub const CHECK: Check = Check {
    id: "secret-in-manifest",
    title: "Secret lies in a file with its content",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.4.2", "nsa secrets", "mitre T1552"],
    aliases: &[],
    why: "base64 hides nothing: who can read the file, its history or its copies has the secret.",
    mend: "Keep it in an external store (External Secrets, Secrets Store CSI), or sealed (Sealed Secrets, SOPS).",
    bad: "apiVersion: v1
kind: Secret
metadata: {name: cart, namespace: shop}
type: Opaque
stringData: {password: hunter2-not-real}",
    good: "apiVersion: v1
kind: Secret
metadata: {name: cart, namespace: shop}
type: Opaque
data: {}",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if !sources::is_secret_in_file(object) || sources::is_for_registries(object) {
        return;
    }
    for part in ["stringData", "data"] {
        let entries = object.node.get(part).map_or(&[][..], Node::entries);
        // What SOPS has encrypted and what a pipeline fills in is no secret.
        let is_open = |entry: &&Entry| {
            let text = entry.value.as_str().unwrap_or_default();
            let is_filled_in = ["${", "$(", "{{", "<"]
                .iter()
                .any(|mark| text.contains(mark));
            !text.is_empty() && !text.starts_with("ENC[") && !is_filled_in
        };
        if let Some(entry) = entries.iter().find(is_open) {
            said.at(entry.at, part, &*entry.key);
            return;
        }
    }
}

//! `secret-in-config-map`: secret is kept in a ConfigMap.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::secret_words;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-in-config-map",
    title: "secret is kept in a ConfigMap",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa secrets", "mitre T1552"],
    aliases: &["KSV109", "KSV01010", "C-0012"],
    why: "ConfigMaps are readable by more people than Secrets, are not encrypted at rest, and are printed freely.",
    mend: "Move it to a Secret or an external store.",
    bad: "apiVersion: v1
kind: ConfigMap
metadata: {name: cart, namespace: shop}
data:
  DB_PASSWORD: hunter2-not-real
",
    good: "apiVersion: v1
kind: ConfigMap
metadata: {name: cart, namespace: shop}
data:
  DB_HOST: db
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "ConfigMap" || !object.group().is_empty() {
        return;
    }
    for entry in object.node.get("data").map_or(&[][..], Node::entries) {
        let value = entry.value.as_str().unwrap_or_default();
        let field = format!("data.{}", entry.key);
        if secret_words::is_secret(&entry.key, value) {
            said.at(entry.at, field, &*entry.key);
        } else if let Some(name) = secret_words::secret_in_text(value) {
            let detail = format!("{}: {name}", entry.key);
            said.at(entry.at, field, detail);
        }
    }
}

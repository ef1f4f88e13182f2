//! `secret-in-annotation`: secret stands in an annotation or label.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::secret_words;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-in-annotation",
    title: "secret stands in an annotation or label",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa secrets", "mitre T1552"],
    aliases: &[],
    why: "Annotations and labels are shown wherever the object is, copied into metrics and logs, and readable by who may not read Secrets.",
    mend: "Move it to a Secret or an external store, and refer to it by name.",
    bad: "apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  annotations: {shop.example/api-token: not-a-real-t0ken}
spec: {ports: [{port: 80}]}
",
    good: "apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  annotations:
    checksum/secret: 2c26b46b68ffc68ff99b453c1d304134
    nginx.ingress.kubernetes.io/auth-secret: login
    shop.example/api-token-secret-name: cart
spec: {ports: [{port: 80}]}
",
    test: Test::Object(test),
};

/// What kubectl keeps is the object itself, which is looked at anyway.
const COPIES: [&str; 1] = ["kubectl.kubernetes.io/last-applied-configuration"];

fn test(object: &Object<'_>, said: &mut Said) {
    let of_pod = object.pod().and_then(|pod| pod.metadata);
    let of_object = object.node.get("metadata");
    // The metadata of a Pod is that of the object.
    let of_pod = of_pod.filter(|_| object.kind != "Pod");
    for metadata in [of_object, of_pod].into_iter().flatten() {
        for part in ["annotations", "labels"] {
            for entry in metadata.get(part).map_or(&[][..], Node::entries) {
                let value = entry.value.as_str().unwrap_or_default();
                let is_told = is_named_secret(&entry.key, value)
                    || secret_words::credential(value).is_some()
                    || secret_words::password_in_url(value).is_some();
                if is_told && !COPIES.contains(&&*entry.key) {
                    let key = &*entry.key;
                    said.at(entry.at, format!("metadata.{part}.{key}"), key);
                }
            }
        }
    }
}

/// Annotations about secrets mostly name one (`auth-secret: shop/login`), say where it is put, or
/// hold a checksum of it.
fn is_named_secret(key: &str, value: &str) -> bool {
    let (prefix, name) = key.rsplit_once('/').unwrap_or(("", key));
    let speaks_of_secret = name.contains("secret") && !name.ends_with("client-secret");
    let is_sum = prefix.contains("checksum") || name.contains("checksum") || name.contains("hash");
    let is_place = value.contains('/') || name.contains("inject");
    !speaks_of_secret && !is_sum && !is_place && secret_words::is_secret(name, value)
}

//! `secret-file-open`: files of a Secret are open to every user of the container.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-file-open",
    title: "files of a Secret are open to every user of the container",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa secrets", "mitre T1552"],
    aliases: &[],
    why: "Every process of the container can read the secret, or change the copy that others read.",
    mend: "Set `defaultMode: 0440` with an `fsGroup`, or 0400.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: key, secret: {secretName: key, defaultMode: 0777}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: key, secret: {secretName: key, defaultMode: 0440}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

/// The API server's own choice, which stands in every object that comes from it.
const DEFAULT_MODE: i64 = 0o644;

fn test(pod: &Pod<'_>, said: &mut Said) {
    for volume in mounts::volumes(pod) {
        for source in ["secret", "projected"] {
            let has_secret = source == "secret"
                || volume
                    .at_path(&["projected", "sources"])
                    .map_or(&[][..], Node::items)
                    .iter()
                    .any(|item| item.at_path(&["secret"]).is_some());
            if let Some(node) = volume.at_path(&[source, "defaultMode"])
                && let Some(mode) = node.as_int()
                && mode & 0o037 != 0
                && mode != DEFAULT_MODE
                && has_secret
            {
                let field = format!("volumes.{source}.defaultMode");
                said.at(node.at, field, format!("{mode:04o}"));
            }
        }
    }
}

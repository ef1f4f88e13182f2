//! `secret-in-arguments`: secret stands on the command line.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::secret_words;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-in-arguments",
    title: "secret stands on the command line",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa secrets", "mitre T1552"],
    aliases: &[],
    why: "Every process of the node can read command lines, and monitoring stores them.",
    mend: "Hand it over in a file.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      args: ["--db-password=hunter2-not-real"]
"#,
    good: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      args: ["--db-password-file=/run/secrets/db"]
"#,
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for list in ["command", "args"] {
        for node in container.field(&[list]).map_or(&[][..], Node::items) {
            let word = node.as_str().unwrap_or_default();
            if let Some((name, value)) = word.trim_start_matches('-').split_once('=')
                && word.starts_with('-')
                && secret_words::is_secret(name, value)
            {
                said.container(container, Some(node.at), format!("{list}.{name}"), name);
            }
        }
    }
}

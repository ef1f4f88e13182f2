//! `password-in-url`: password stands in a URL.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::secret_words;
use plimsoll_object::object::{Object, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "password-in-url",
    title: "password stands in a URL",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa secrets", "mitre T1552"],
    aliases: &[],
    why: "URLs are logged, shown in error messages and handed on, with the password in them.",
    mend: "Keep the whole URL in a Secret, or name user and password apart from it.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: DATABASE_URL, value: "postgres://cart:hunter2-not-real@db:5432/cart"}]
"#,
    good: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: DATABASE_URL, value: "postgres://db:5432/cart"}]
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let user = |node: &Node| {
        let user = node.as_str().and_then(secret_words::password_in_url)?;
        Some(format!("of {user}"))
    };
    if object.kind == "ConfigMap" && object.group().is_empty() {
        for entry in object.node.get("data").map_or(&[][..], Node::entries) {
            if let Some(detail) = user(&entry.value) {
                said.at(entry.at, format!("data.{}", entry.key), detail);
            }
        }
    }
    for container in object.pod().iter().flat_map(Pod::containers) {
        for variable in container.field(&["env"]).map_or(&[][..], Node::items) {
            let name = variable.get("name").and_then(Node::as_str);
            if let Some(node) = variable.at_path(&["value"])
                && let Some(detail) = user(node)
            {
                let field = format!("env.{}", name.unwrap_or_default());
                said.container(&container, Some(node.at), field, detail);
            }
        }
        for list in ["command", "args"] {
            for node in container.field(&[list]).map_or(&[][..], Node::items) {
                if let Some(detail) = user(node) {
                    said.container(&container, Some(node.at), list, detail);
                }
            }
        }
    }
}

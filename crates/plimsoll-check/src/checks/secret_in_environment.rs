//! `secret-in-environment`: secret is written into the environment.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::secret_words;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-in-environment",
    title: "secret is written into the environment",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa secrets", "mitre T1552"],
    aliases: &["C-0012"],
    why: "Whoever may read the object, its history in version control or the process list reads the secret.",
    mend: "Keep it in a Secret or an external store, and mount it as a file.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: DB_PASSWORD, value: hunter2-not-real}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: DB_PASSWORD_FILE, value: /run/secrets/db}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for variable in container.field(&["env"]).map_or(&[][..], Node::items) {
        let name = variable
            .get("name")
            .and_then(Node::as_str)
            .unwrap_or_default();
        if let Some(value) = variable.at_path(&["value"])
            && secret_words::is_secret(name, value.as_str().unwrap_or_default())
        {
            said.container(container, Some(value.at), format!("env.{name}"), name);
        }
    }
}

//! `credential-in-workload`: credential stands in a variable or command.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::secret_words;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "credential-in-workload",
    title: "credential stands in a variable or command",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa secrets", "mitre T1552"],
    aliases: &["C-0012"],
    why: "Its form gives it away, whatever it is called: whoever may see the pod, or the file that it was made from, has it.",
    mend: "Revoke it, it has been seen; then keep the new one in a Secret or an external store, and mount it as a file.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: UPLOAD, value: AKIANOTAREALKEY12345}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: UPLOAD, value: /run/secrets/upload}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for variable in container.field(&["env"]).map_or(&[][..], Node::items) {
        let name = variable.get("name").and_then(Node::as_str);
        let name = name.unwrap_or_default();
        if let Some(value) = variable.at_path(&["value"])
            && let Some(text) = value.as_str()
            && let Some(what) = secret_words::credential(text)
            && !secret_words::is_secret(name, text)
        {
            let detail = format!("{name}: {what}");
            said.container(container, Some(value.at), format!("env.{name}"), detail);
        }
    }
    for list in ["command", "args"] {
        for node in container.field(&[list]).map_or(&[][..], Node::items) {
            if let Some(what) = node.as_str().and_then(secret_words::credential) {
                said.container(container, Some(node.at), list, what);
            }
        }
    }
}

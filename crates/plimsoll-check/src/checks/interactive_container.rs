//! `interactive-container`: container waits for somebody at a terminal.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod, Role};

pub const CHECK: Check = Check {
    id: "interactive-container",
    title: "container waits for somebody at a terminal",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["mitre T1609"],
    aliases: &[],
    why: "`stdin` or `tty` is for trying things out by hand: left in, whoever may attach to pods gets the program's own input.",
    mend: "Remove `stdin` and `tty`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      stdin: true
      tty: true
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    if container.role == Role::Ephemeral {
        return;
    }
    for key in ["stdin", "tty"] {
        if let Some(node) = container.field(&[key])
            && node.as_bool() == Some(true)
        {
            said.container(container, Some(node.at), key, key);
            return;
        }
    }
}

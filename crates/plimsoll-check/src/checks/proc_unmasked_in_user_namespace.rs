//! `proc-unmasked-in-user-namespace`: container sees all of /proc, though as users of its own.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "proc-unmasked-in-user-namespace",
    title: "container sees all of /proc, though as users of its own",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["pss-restricted procMount_restricted"],
    aliases: &[],
    why: "Users of its own keep a container from most of what `/proc` would allow; the restricted level still wants it masked.",
    mend: "Remove `procMount`, unless containers are made inside of this one.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostUsers: false
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {procMount: Unmasked}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {procMount: Default}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    let unmasked = container
        .security(&["procMount"])
        .filter(|node| node.as_str() == Some("Unmasked"));
    if let Some(node) = unmasked.filter(|_| pod.has_own_users()) {
        said.container(container, Some(node.at), "securityContext.procMount", "");
    }
}

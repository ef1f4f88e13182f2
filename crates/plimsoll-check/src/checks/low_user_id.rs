//! `low-user-id`: container runs as a user of the node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "low-user-id",
    title: "container runs as a user of the node",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa non-root-and-privileged"],
    aliases: &["CKV_K8S_40", "KSV020", "AVD-KSV-0020"],
    why: "Low user ids belong to services of the node: outside the container such a process has their rights on files.",
    mend: "Choose a `runAsUser` of 10000 or more.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsUser: 1000}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsUser: 10001}
",
    test: Test::Container(test),
};

/// Ids below belong to the services and people of a node.
const USER_MIN: i64 = 10_000;

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    let node = container
        .security(&["runAsUser"])
        .or_else(|| pod.field(&["securityContext", "runAsUser"]));
    if let Some(node) = node
        && node
            .as_int()
            .is_some_and(|user| user > 0 && user < USER_MIN)
        && !pod.has_own_users()
    {
        let user = node.as_int().unwrap_or_default();
        said.container(
            container,
            Some(node.at),
            "securityContext.runAsUser",
            user.to_string(),
        );
    }
}

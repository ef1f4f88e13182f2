//! `low-group-id`: container runs as a group of the node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "low-group-id",
    title: "container runs as a group of the node",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa non-root-and-privileged"],
    aliases: &["KSV021"],
    why: "Low group ids belong to services of the node, the container engine's and the disks' among them.",
    mend: "Choose a `runAsGroup` of 10000 or more.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsGroup: 999}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsGroup: 10001}
",
    test: Test::Container(test),
};

/// Ids below belong to the services and people of a node.
const GROUP_MIN: i64 = 10_000;

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    let of_pod = pod.field(&["securityContext", "runAsGroup"]);
    let node = container.security(&["runAsGroup"]).or(of_pod);
    let group = node.and_then(Node::as_int).unwrap_or_default();
    if let Some(node) = node
        && (1..GROUP_MIN).contains(&group)
        && !pod.has_own_users()
    {
        let field = "securityContext.runAsGroup";
        said.container(container, Some(node.at), field, group.to_string());
    }
}

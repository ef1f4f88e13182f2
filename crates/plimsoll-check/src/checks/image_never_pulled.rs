//! `image-never-pulled`: image is expected to be on the node already.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "image-never-pulled",
    title: "image is expected to be on the node already",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa image-scanning"],
    aliases: &[],
    why: "Nobody checks whether it is the image that the registry holds: what was once put on the node runs, and where it is missing the container never starts.",
    mend: "Use `IfNotPresent` with a digest, or `Always`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      imagePullPolicy: Never
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      imagePullPolicy: IfNotPresent
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    if let Some(node) = container.field(&["imagePullPolicy"])
        && node.as_str() == Some("Never")
    {
        said.container(container, Some(node.at), "imagePullPolicy", "Never");
    }
}

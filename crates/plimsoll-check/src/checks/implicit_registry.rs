//! `implicit-registry`: image leaves its registry to the engine.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "implicit-registry",
    title: "image leaves its registry to the engine",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa image-scanning", "mitre T1204"],
    aliases: &[],
    why: "Where a name has no registry, the engine of each node fills in its own, Docker Hub as a rule: another node, or an engine with a list of its own, may fetch another image.",
    mend: "Write the registry in front: `docker.io/library/debian:12`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: cart:1.0
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
    if let Some(node) = container.field(&["image"])
        && let Some(image) = node.as_str()
    {
        let name = ImageName::parse(image);
        if name.registry.is_none() && name.is_valid() {
            said.container(container, Some(node.at), "image", image);
        }
    }
}

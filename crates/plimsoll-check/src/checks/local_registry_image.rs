//! `local-registry-image`: image comes from the machine of whoever wrote this.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "local-registry-image",
    title: "image comes from the machine of whoever wrote this",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "`localhost` is another machine on each node: either nothing answers there, or whatever listens on that port of the node says what runs.",
    mend: "Push the image to a registry that every node reaches, and name that.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: localhost:5000/cart:1.0
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
        && let Some(host) = ImageName::parse(node.as_str().unwrap_or_default()).registry
    {
        let name = host.split(':').next().unwrap_or(host);
        if name == "localhost" || name.starts_with("127.") || host.starts_with("[::1]") {
            said.container(container, Some(node.at), "image", host);
        }
    }
}

//! `image-not-always-pulled`: image of others may be used without their leave.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "image-not-always-pulled",
    title: "image of others may be used without their leave",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &["CKV_K8S_15"],
    why: "Once a private image is on a node, every pod there can start it: only `Always` has the registry asked whether this pod may. It matters where tenants share nodes.",
    mend: "Set `imagePullPolicy: Always`, or have the admission plugin AlwaysPullImages do so.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      imagePullPolicy: Always
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let node = container.field(&["imagePullPolicy"]);
    let image = container.field(&["image"]).and_then(Node::as_str);
    let name = ImageName::parse(image.unwrap_or_default());
    let is_always = match node {
        Some(node) => node.as_str() == Some("Always"),
        None => name.digest.is_none() && matches!(name.tag, None | Some("latest")),
    };
    if !is_always && image.is_some() {
        said.container(container, node.map(|node| node.at), "imagePullPolicy", "");
    }
}

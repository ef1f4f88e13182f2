//! `stale-image-possible`: node may run an old image under a tag that moved.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "stale-image-possible",
    title: "node may run an old image under a tag that moved",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa image-scanning"],
    aliases: &["CKV_K8S_15", "C-0075"],
    why: "The tag moves, but a node that has an image under it asks for no newer one: pods of one Deployment run different code from node to node.",
    mend: "Name a version or a digest; failing that, `imagePullPolicy: Always`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:latest
      imagePullPolicy: IfNotPresent
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:latest
      imagePullPolicy: Always
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let image = container.field(&["image"]).and_then(Node::as_str);
    let name = ImageName::parse(image.unwrap_or_default());
    let policy = container.field(&["imagePullPolicy"]);
    // Unless said otherwise `latest` is asked for each time, the other names that move are not.
    let (at, word) = match policy.map(|node| (node.at, node.as_str())) {
        Some((at, Some(word @ ("IfNotPresent" | "Never")))) => (Some(at), word),
        None if !matches!(name.tag, None | Some("latest")) => (None, "not set"),
        _ => return,
    };
    if name.moves() && name.is_valid() {
        said.container(container, at, "imagePullPolicy", word);
    }
}

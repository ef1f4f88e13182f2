//! `mutable-image-tag`: image is named by a tag that moves.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "mutable-image-tag",
    title: "image is named by a tag that moves",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa image-scanning"],
    aliases: &["CKV_K8S_14", "KSV013", "AVD-KSV-0013", "C-0075"],
    why: "`latest`, or no tag, is another image tomorrow: two pods of one Deployment may run different code, and nobody can tell which was scanned.",
    mend: "Name a version, best with its digest: `cart:2.3@sha256:…`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers: [{name: cart, image: registry.example/cart}]
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
        && let Some(image) = node.as_str().filter(|image| !image.is_empty())
        && ImageName::parse(image).moves()
    {
        said.container(container, Some(node.at), "image", image);
    }
}

//! `registry-not-allowed`: image comes from a registry that is not allowed.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::options::Options;
use plimsoll_object::image::ImageName;
use plimsoll_object::object::Container;

pub const CHECK: Check = Check {
    id: "registry-not-allowed",
    title: "image comes from a registry that is not allowed",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa image-scanning", "mitre T1204"],
    aliases: &["KSV125", "C-0001", "C-0078"],
    why: "What runs here was to come from known registries only: what others hold was neither scanned nor signed for you. Nothing is told until the list is given.",
    mend: "Copy the image to a registry of the list (`registries` in `plimsoll.yaml`, `--registry`), or add this one.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.evil.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Asked(test),
};

fn test(container: &Container<'_>, options: &Options<'_>, said: &mut Said) {
    let Some(node) = container.field(&["image"]) else {
        return;
    };
    let image = node.as_str().unwrap_or_default();
    let name = ImageName::parse(image);
    let is_allowed = options.registries.iter().any(|one| name.is_from(one));
    if !options.registries.is_empty() && !image.is_empty() && !is_allowed {
        said.container(container, Some(node.at), "image", name.host());
    }
}

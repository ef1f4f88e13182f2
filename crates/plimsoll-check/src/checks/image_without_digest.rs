//! `image-without-digest`: image is not pinned by digest.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "image-without-digest",
    title: "image is not pinned by digest",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa image-scanning"],
    aliases: &["CKV_K8S_43"],
    why: "A tag can be pushed again with other content. A digest is the content: what was scanned and signed is what runs.",
    mend: "Add the digest: `cart:2.3@sha256:…`; admission can do that for you.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers: [{name: cart, image: "registry.example/cart@sha256:0000000000000000000000000000000000000000000000000000000000000000"}]
"#,
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    if let Some(node) = container.field(&["image"])
        && let Some(image) = node.as_str()
        && !image.contains("@sha256:")
    {
        said.container(container, Some(node.at), "image", image);
    }
}

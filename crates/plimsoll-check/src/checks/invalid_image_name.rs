//! `invalid-image-name`: image has no name that an engine takes.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "invalid-image-name",
    title: "image has no name that an engine takes",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "A name that is empty, has capitals or blanks, or still holds a placeholder is refused by the engine: the container never starts.",
    mend: "Write `registry/path:tag`, or have the template filled in before it is applied.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: "registry.example/cart:$VERSION"
"#,
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

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    // What makes pods may leave the image to whoever fills in the template.
    if pod.kind == "PodTemplate" {
        return;
    }
    match container
        .field(&["image"])
        .map(|node| (node, node.as_str()))
    {
        None => said.container(container, None, "image", "there is none"),
        // Kustomize and OpenShift's triggers put the image in for a blank.
        Some((_, Some(" "))) => {}
        Some((node, Some(image))) if !ImageName::parse(image).is_valid() => {
            said.container(container, Some(node.at), "image", image);
        }
        Some(_) => {}
    }
}

//! `debug-container-left`: debug container is still in the pod.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod, Role};

pub const CHECK: Check = Check {
    id: "debug-container-left",
    title: "debug container is still in the pod",
    severity: Severity::Low,
    persona: Persona::Regular,
    answers: &["mitre T1609"],
    aliases: &[],
    why: "Somebody looked into the pod with an ephemeral container: it cannot be removed, brings tools that the image did not have, and what was changed by hand stays.",
    mend: "Have the pod made anew.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  ephemeralContainers: [{name: debugger, image: "registry.example/tools:1.0"}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
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

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    if container.role == Role::Ephemeral {
        said.container(container, None, "ephemeralContainers", "");
    }
}

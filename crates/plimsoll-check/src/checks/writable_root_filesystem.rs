//! `writable-root-filesystem`: container may write to its own image.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "writable-root-filesystem",
    title: "container may write to its own image",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa immutable-file-system", "cis-1.12 5.6.3"],
    aliases: &["CKV_K8S_22", "KSV014", "AVD-KSV-0014", "C-0017"],
    why: "What an attacker cannot write he cannot run or hide: most programs need no more than a temporary folder.",
    mend: "Set `readOnlyRootFilesystem: true`, and mount an `emptyDir` where the program writes.",
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
      securityContext: {readOnlyRootFilesystem: true}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    const FIELD: &str = "securityContext.readOnlyRootFilesystem";
    let node = container.security(&["readOnlyRootFilesystem"]);
    if node.and_then(Node::as_bool) != Some(true) && !pod.is_windows() {
        said.container(container, node.map(|node| node.at), FIELD, "");
    }
}

//! `missing-memory-limit`: container has no memory limit.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "missing-memory-limit",
    title: "container has no memory limit",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa resource-limits", "mitre T1499"],
    aliases: &["CKV_K8S_13", "KSV018", "AVD-KSV-0018", "C-0004"],
    why: "Without a limit one leak takes the memory of the whole node, and the kernel chooses whom to end.",
    mend: "Set `resources.limits.memory`, as much as the program takes at its worst.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      resources: {limits: {cpu: "1"}}
"#,
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      resources: {limits: {memory: 256Mi}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    if !container.is_limited(pod, "memory") {
        let at = container.field(&["resources"]).map(|node| node.at);
        said.container(container, at, "resources.limits.memory", "");
    }
}

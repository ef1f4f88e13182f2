//! `missing-cpu-limit`: container has no CPU limit.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "missing-cpu-limit",
    title: "container has no CPU limit",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa resource-limits", "mitre T1496", "mitre T1499"],
    aliases: &["CKV_K8S_11", "KSV011", "AVD-KSV-0011", "C-0270"],
    why: "Without a limit one container can slow its neighbours down to what they requested. Many teams mean it so: a limit also wastes what nobody else wants.",
    mend: "Set `resources.limits.cpu` where neighbours must be protected, and requests everywhere.",
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
  containers:
    - name: cart
      image: registry.example/cart:1.0
      resources: {limits: {cpu: "1"}}
"#,
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    if !container.is_limited(pod, "cpu") {
        let at = container.field(&["resources"]).map(|node| node.at);
        said.container(container, at, "resources.limits.cpu", "");
    }
}

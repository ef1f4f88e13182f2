//! `missing-resource-requests`: container requests neither CPU nor memory.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod, Role};

pub const CHECK: Check = Check {
    id: "missing-resource-requests",
    title: "container requests neither CPU nor memory",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa resource-limits"],
    aliases: &["CKV_K8S_10", "CKV_K8S_12", "KSV015", "KSV016"],
    why: "The scheduler places pods by what they request: one that requests nothing fits anywhere, and is the first to be ended when memory runs short.",
    mend: "Set `resources.requests` to what the program usually takes.",
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
      resources: {requests: {cpu: 100m, memory: 64Mi}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    if container.role == Role::Ephemeral {
        return;
    }
    for (resource, field) in [
        ("cpu", "resources.requests.cpu"),
        ("memory", "resources.requests.memory"),
    ] {
        // A limit without a request is taken for the request.
        let is_set = ["requests", "limits"].into_iter().any(|kind| {
            container.field(&["resources", kind, resource]).is_some()
                || pod.field(&["resources", kind, resource]).is_some()
        });
        if !is_set {
            let at = container.field(&["resources"]).map(|node| node.at);
            said.container(container, at, field, resource);
        }
    }
}

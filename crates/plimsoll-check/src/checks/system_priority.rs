//! `system-priority`: workload pushes others aside as if it were part of the cluster.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "system-priority",
    title: "workload pushes others aside as if it were part of the cluster",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["mitre T1499"],
    aliases: &[],
    why: "Where memory is short, everything else is ended before a pod of a system priority: the classes are for what the node cannot do without.",
    mend: "Make a PriorityClass of your own.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  priorityClassName: system-node-critical
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  priorityClassName: shop-important
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.namespace.starts_with("kube-") {
        return;
    }
    if let Some(pod) = object.pod()
        && let Some(node) = pod.field(&["priorityClassName"])
        && let Some(name) = node.as_str()
        && name.starts_with("system-")
    {
        said.at(node.at, "priorityClassName", name);
    }
}

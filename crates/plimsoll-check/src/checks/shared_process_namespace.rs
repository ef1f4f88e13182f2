//! `shared-process-namespace`: containers see each other's processes.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "shared-process-namespace",
    title: "containers see each other's processes",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["mitre T1613"],
    aliases: &[],
    why: "Every container of the pod can read the environment and files of the others, and end their processes.",
    mend: "Remove `shareProcessNamespace`, or accept it for debugging.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  shareProcessNamespace: true
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
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    if let Some(node) = pod.field(&["shareProcessNamespace"])
        && node.as_bool() == Some(true)
    {
        said.at(node.at, "shareProcessNamespace", "");
    }
}

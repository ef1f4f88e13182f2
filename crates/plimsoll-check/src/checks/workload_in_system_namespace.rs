//! `workload-in-system-namespace`: workload lies among the parts of the cluster.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "workload-in-system-namespace",
    title: "workload lies among the parts of the cluster",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["cis-1.12 5.6.1", "nsa namespaces", "mitre T1036"],
    aliases: &["KSV037"],
    why: "Policies leave `kube-system` out, and nobody looks twice at a name there: it is where things hide.",
    mend: "Give it a namespace of its own, unless it is part of the cluster.",
    bad: r#"apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: kube-system}
spec:
  containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

/// Namespaces of the cluster itself.
const NAMESPACES: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

fn test(object: &Object<'_>, said: &mut Said) {
    if object.pod().is_some()
        && let Some(node) = object.node.at_path(&["metadata", "namespace"])
        && NAMESPACES.contains(&object.namespace)
    {
        said.at(node.at, "metadata.namespace", object.namespace);
    }
}

//! `dashboard-deployed`: Kubernetes Dashboard runs in the cluster.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "dashboard-deployed",
    title: "Kubernetes Dashboard runs in the cluster",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["mitre T1133"],
    aliases: &["CKV_K8S_33"],
    why: "A page from which the cluster is run is worth breaking into, and has been, where it was left open or was given many rights.",
    mend: "Remove it, or let in only who is signed in, with their own rights.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: docker.io/kubernetesui/dashboard:v2.7.0
",
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
    if let Some(node) = container.field(&["image"]) {
        let name = ImageName::parse(node.as_str().unwrap_or_default());
        let is_dashboard = name.path.starts_with("kubernetesui/dashboard")
            || name.short().starts_with("kubernetes-dashboard");
        if is_dashboard {
            said.container(container, Some(node.at), "image", name.short());
        }
    }
}

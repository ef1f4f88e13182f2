//! `tiller-deployed`: Tiller of Helm 2 runs in the cluster.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::image::ImageName;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "tiller-deployed",
    title: "Tiller of Helm 2 runs in the cluster",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa rbac", "mitre T1078"],
    aliases: &["CKV_K8S_34", "KSV102"],
    why: "Whoever reaches its port may do what Tiller may, as a rule everything. It has had no fixes since November 2020.",
    mend: "Move the releases to Helm 3, and remove it.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: tiller
      image: ghcr.io/helm/tiller:v2.17.0
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
        if name.short() == "tiller" {
            said.container(container, Some(node.at), "image", "");
        }
    }
}

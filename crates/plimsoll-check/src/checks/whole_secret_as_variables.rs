//! `whole-secret-as-variables`: container gets every key of a Secret as a variable.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "whole-secret-as-variables",
    title: "container gets every key of a Secret as a variable",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.4.1", "nsa secrets", "mitre T1552"],
    aliases: &["CKV_K8S_35"],
    why: "Keys that are added to the Secret later come along unasked, and a key called `LD_PRELOAD` or `PATH` changes what the program is.",
    mend: "Name the keys one by one, or mount the Secret as a volume.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      envFrom: [{secretRef: {name: cart}}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: cart, key: token}}}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for source in container.field(&["envFrom"]).map_or(&[][..], Node::items) {
        if let Some(node) = source.at_path(&["secretRef"]) {
            let name = node.get("name").and_then(Node::as_str);
            said.container(
                container,
                Some(node.at),
                "envFrom",
                name.unwrap_or_default(),
            );
        }
    }
}

//! `root-group`: container is in the group of root.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "root-group",
    title: "container is in the group of root",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa non-root-and-privileged", "cis-1.12 5.6.3"],
    aliases: &["KSV029", "KSV116"],
    why: "Files of the image and of volumes that root's group may write are then open to the program, however low its user is.",
    mend: "Choose a `runAsGroup`, `fsGroup` and `supplementalGroups` above 10000.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsUser: 10001, runAsGroup: 0}
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
      securityContext: {runAsUser: 10001, runAsGroup: 10001}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(pod) = object.pod() else {
        return;
    };
    let is_root = |node: &&Node| node.as_int() == Some(0);
    let context = |path: &str| pod.field(&["securityContext", path]);
    for path in ["runAsGroup", "fsGroup"] {
        if let Some(node) = context(path).filter(is_root) {
            said.at(node.at, format!("securityContext.{path}"), path);
        }
    }
    let groups = context("supplementalGroups").map_or(&[][..], Node::items);
    if let Some(node) = groups.iter().find(is_root) {
        let field = "securityContext.supplementalGroups";
        said.at(node.at, field, "supplementalGroups");
    }
    for container in pod.containers() {
        if let Some(node) = container.security(&["runAsGroup"]).filter(is_root) {
            let field = "securityContext.runAsGroup";
            said.container(&container, Some(node.at), field, "runAsGroup");
        }
    }
}

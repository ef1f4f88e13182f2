//! `duplicate-volume`: two volumes have one name, or two mounts one path.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "duplicate-volume",
    title: "two volumes have one name, or two mounts one path",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses the pod.",
    mend: "Give each volume a name and each mount a path of its own.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, emptyDir: {}}, {name: data, emptyDir: {}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, emptyDir: {}}, {name: cache, emptyDir: {}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    let mut names = BTreeSet::new();
    for volume in pod.field(&["volumes"]).map_or(&[][..], Node::items) {
        if let Some(node) = volume.get("name")
            && let Some(name) = node.as_str()
            && !names.insert(name)
        {
            said.at(node.at, format!("spec.volumes.{name}"), name);
        }
    }
    for container in pod.containers() {
        let mut paths = BTreeSet::new();
        for mount in container
            .field(&["volumeMounts"])
            .map_or(&[][..], Node::items)
        {
            if let Some(node) = mount.get("mountPath")
                && let Some(path) = node.as_str()
                && !paths.insert(path)
            {
                let field = format!("volumeMounts.{path}");
                said.container(&container, Some(node.at), field, path);
            }
        }
    }
}

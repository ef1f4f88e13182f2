//! `unused-volume`: volume is mounted nowhere.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "unused-volume",
    title: "volume is mounted nowhere",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "A ConfigMap or Secret that must be there for the pod to start, and that no container reads: a left-over, or a forgotten mount.",
    mend: "Mount it, or remove it.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, emptyDir: {}}]
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
      volumes: [{name: data, emptyDir: {}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: data, mountPath: /data}]
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    let used: BTreeSet<&str> = pod
        .containers()
        .flat_map(|container| {
            let of = |key: &str| container.field(&[key]).map_or(&[][..], Node::items);
            of("volumeMounts").iter().chain(of("volumeDevices"))
        })
        .filter_map(|mount| mount.get("name")?.as_str())
        .collect();
    for volume in pod.field(&["volumes"]).map_or(&[][..], Node::items) {
        if let Some(name) = volume.get("name").and_then(Node::as_str)
            && !used.contains(name)
        {
            said.at(volume.at, format!("spec.volumes.{name}"), name);
        }
    }
}

//! `unbounded-empty-dir`: temporary volume has no size limit.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "unbounded-empty-dir",
    title: "temporary volume has no size limit",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa resource-limits"],
    aliases: &[],
    why: "The volume grows until the disk of the node is full; one in memory, until the memory of the pod is.",
    mend: "Set `emptyDir.sizeLimit`.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: tmp, emptyDir: {}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: tmp, mountPath: /tmp}]
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: tmp, emptyDir: {sizeLimit: 100Mi}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: tmp, mountPath: /tmp}]
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    for volume in pod.field(&["volumes"]).map_or(&[][..], Node::items) {
        if let Some(entry) = volume.entry("emptyDir")
            && entry.value.at_path(&["sizeLimit"]).is_none()
        {
            let name = volume.get("name").and_then(Node::as_str);
            let name = name.unwrap_or_default();
            said.at(
                entry.at,
                format!("spec.volumes.{name}.emptyDir.sizeLimit"),
                name,
            );
        }
    }
}

//! `state-on-node`: program keeps its state on the node that it runs on.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "state-on-node",
    title: "program keeps its state on the node that it runs on",
    severity: Severity::Medium,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "The pod starts on another node tomorrow, and finds nothing: or somebody else's data.",
    mend: "Use a persistent volume claim.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, hostPath: {path: /srv/cart, type: DirectoryOrCreate}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: data, mountPath: /data}]
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
          volumeMounts: [{name: data, mountPath: /data}]
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    // What runs on every node may well keep something there.
    if !matches!(pod.kind, "Deployment" | "StatefulSet" | "ReplicaSet") {
        return;
    }
    let is_written = |name: &str| {
        pod.containers().any(|container| {
            let mounts = container
                .field(&["volumeMounts"])
                .map_or(&[][..], Node::items);
            mounts.iter().any(|mount| {
                let is_it = mount.get("name").and_then(Node::as_str) == Some(name);
                is_it && mount.at_path(&["readOnly"]).and_then(Node::as_bool) != Some(true)
            })
        })
    };
    for volume in pod.field(&["volumes"]).map_or(&[][..], Node::items) {
        let name = volume
            .get("name")
            .and_then(Node::as_str)
            .unwrap_or_default();
        if let Some(path) = volume.at_path(&["hostPath", "path"])
            && let kind = volume.at_path(&["hostPath", "type"]).and_then(Node::as_str)
            && matches!(
                kind.unwrap_or_default(),
                "" | "Directory" | "DirectoryOrCreate"
            )
            && is_written(name)
        {
            let detail = path.as_str().unwrap_or_default();
            said.at(path.at, format!("spec.volumes.{name}.hostPath"), detail);
        }
    }
}

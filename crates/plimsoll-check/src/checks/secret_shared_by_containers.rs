//! `secret-shared-by-containers`: several containers of the pod have the same Secret.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "secret-shared-by-containers",
    title: "several containers of the pod have the same Secret",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa secrets"],
    aliases: &[],
    why: "What one container needs, a helper beside it can leak.",
    mend: "Mount it where it is used only.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: key, secret: {secretName: key}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: key, mountPath: /key}]
    - name: proxy
      image: registry.example/proxy:1.0
      volumeMounts: [{name: key, mountPath: /key}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: key, secret: {secretName: key}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: key, mountPath: /key}]
    - name: proxy
      image: registry.example/proxy:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    for volume in mounts::volumes(pod) {
        let name = volume.get("name").and_then(Node::as_str);
        let Some(source) = volume.at_path(&["secret"]) else {
            continue;
        };
        let has = |container: &Container<'_>| {
            let mut all = mounts::mounts(container).iter();
            all.any(|mount| name.is_some() && mount.get("name").and_then(Node::as_str) == name)
        };
        let count = pod.containers().filter(has).count();
        if count > 1 {
            let detail = format!("{} in {count}", name.unwrap_or_default());
            said.at(source.at, "volumes.secret", detail);
        }
    }
}

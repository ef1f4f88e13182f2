//! `memory-volume-without-limit`: volume in memory has no limit.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "memory-volume-without-limit",
    title: "volume in memory has no limit",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa resource-limits", "mitre T1499"],
    aliases: &[],
    why: "Files in it count as memory of the containers: where those have no limit either, one pod can take all of the node's.",
    mend: "Set `sizeLimit`.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: cache, emptyDir: {medium: Memory}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: cache, emptyDir: {medium: Memory, sizeLimit: 64Mi}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    if pod
        .containers()
        .all(|container| container.is_limited(pod, "memory"))
    {
        return;
    }
    for volume in mounts::volumes(pod) {
        if let Some(source) = volume.at_path(&["emptyDir"])
            && let Some(medium) = source.get("medium")
            && medium.as_str() == Some("Memory")
            && source.at_path(&["sizeLimit"]).is_none()
        {
            let name = volume.get("name").and_then(Node::as_str);
            said.at(
                medium.at,
                "volumes.emptyDir.sizeLimit",
                name.unwrap_or_default(),
            );
        }
    }
}

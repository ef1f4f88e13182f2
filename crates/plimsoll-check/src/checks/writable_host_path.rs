//! `writable-host-path`: container may write to a folder of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "writable-host-path",
    title: "container may write to a folder of its node",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[
        "cis-1.12 5.2.11",
        "nsa host-path",
        "mitre T1611",
        "mitre T1543",
    ],
    aliases: &["C-0045"],
    why: "What is written there is read by the node and by other pods, and stays when the pod is gone.",
    mend: "Set `readOnly: true` on the mount.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data, readOnly: true}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    for (mount, path) in mounts::host_mounts(container, pod) {
        if !mounts::is_read_only(mount) {
            said.container(container, Some(mount.at), "volumeMounts.readOnly", path);
        }
    }
}

//! `sub-path-on-node`: container mounts a part of a folder of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "sub-path-on-node",
    title: "container mounts a part of a folder of its node",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa host-path", "mitre T1611"],
    aliases: &["C-0058"],
    why: "The kubelet looks for the part while the pod may swap it for a link: twice that showed the whole node (CVE-2017-1002101, CVE-2021-25741).",
    mend: "Mount the folder itself.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data, subPath: cart}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, hostPath: {path: /srv/data/cart}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    for (mount, path) in mounts::host_mounts(container, pod) {
        for key in ["subPath", "subPathExpr"] {
            if let Some(node) = mount.at_path(&[key]) {
                said.container(
                    container,
                    Some(node.at),
                    format!("volumeMounts.{key}"),
                    path,
                );
            }
        }
    }
}

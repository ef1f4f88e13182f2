//! `raw-block-volume`: container works on a disk without a file system.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "raw-block-volume",
    title: "container works on a disk without a file system",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "What a container writes to a raw device the node's kernel may later be asked to mount: a file system made for the purpose can break it.",
    mend: "Use `volumeMounts`, unless it is a database or a machine that wants the device.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: disk, persistentVolumeClaim: {claimName: disk}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeDevices: [{name: disk, devicePath: /dev/xvda}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: disk, persistentVolumeClaim: {claimName: disk}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: disk, mountPath: /data}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for node in container
        .field(&["volumeDevices"])
        .map_or(&[][..], Node::items)
    {
        let path = node.get("devicePath").and_then(Node::as_str);
        let path = path.unwrap_or_default();
        said.container(container, Some(node.at), "volumeDevices", path);
    }
}

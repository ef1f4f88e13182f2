//! `mounts-reach-node`: what the container mounts appears on its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "mounts-reach-node",
    title: "what the container mounts appears on its node",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa host-path", "mitre T1611"],
    aliases: &[],
    why: "With `Bidirectional` a container changes what the node and every other pod see in that folder. Drivers of storage need it, hardly anything else.",
    mend: "Use `HostToContainer`, or none.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data, mountPropagation: Bidirectional}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data, mountPropagation: HostToContainer}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    for mount in mounts::mounts(container) {
        if let Some(node) = mount.at_path(&["mountPropagation"])
            && node.as_str() == Some("Bidirectional")
        {
            said.container(
                container,
                Some(node.at),
                "volumeMounts.mountPropagation",
                "",
            );
        }
    }
}

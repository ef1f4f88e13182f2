//! `node-device-mounted`: pod reaches a device of its node past the scheduler.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "node-device-mounted",
    title: "pod reaches a device of its node past the scheduler",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa host-path", "mitre T1611"],
    aliases: &[],
    why: "Through a disk or the memory the whole node can be read; of other devices nobody counts who uses them.",
    mend: "Have a device plug-in or dynamic resource allocation hand the device out.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: disk, hostPath: {path: /dev/sda}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: shm, hostPath: {path: /dev/shm}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

/// What below `/dev` is no device, or shows nothing.
const HARMLESS: [&str; 5] = [
    "/dev/null",
    "/dev/zero",
    "/dev/shm",
    "/dev/log",
    "/dev/urandom",
];

fn test(pod: &Pod<'_>, said: &mut Said) {
    for (node, path) in mounts::host_paths(pod) {
        let is_device = path.starts_with("/dev/");
        if is_device && !HARMLESS.iter().any(|one| mounts::is_in(path, one)) {
            said.at(node.at, "volumes.hostPath.path", path);
        }
    }
}

//! `node-logs-writable`: container may write where the kubelet reads logs.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::{Container, Pod};

pub const CHECK: Check = Check {
    id: "node-logs-writable",
    title: "container may write where the kubelet reads logs",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa host-path", "mitre T1611"],
    aliases: &[],
    why: "The kubelet serves files of `/var/log` as root and follows links: who can write there can have any file of the node shown, and cover tracks.",
    mend: "Set `readOnly: true`: collectors of logs need no more. Keep their positions elsewhere.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: logs, hostPath: {path: /var/log}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: logs, mountPath: /var/log}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: logs, hostPath: {path: /var/log}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: logs, mountPath: /var/log, readOnly: true}]
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    let of_kubelet = |path: &str| {
        path == "/var/log"
            || mounts::is_in(path, "/var/log/pods")
            || mounts::is_in(path, "/var/log/containers")
    };
    for (mount, path) in mounts::host_mounts(container, pod) {
        if of_kubelet(path) && !mounts::is_read_only(mount) {
            said.container(container, Some(mount.at), "volumeMounts.readOnly", path);
        }
    }
}

//! `engine-socket-mounted`: pod reaches the container engine of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "engine-socket-mounted",
    title: "pod reaches the container engine of its node",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["nsa host-path", "mitre T1611", "mitre T1610"],
    aliases: &["CKV_K8S_27", "KSV006", "AVD-KSV-0006", "C-0074"],
    why: "Who can speak to the engine can start a privileged container: this is root on the node, whatever else the pod may do.",
    mend: "Remove the mount. To build images use a rootless builder, to watch containers the Kubernetes API.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: engine, hostPath: {path: /var/run/docker.sock}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: engine, mountPath: /var/run/docker.sock}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, emptyDir: {}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: data, mountPath: /data}]
",
    test: Test::Pod(test),
};

/// Sockets of engines, and the folders that hold them.
const SOCKETS: [&str; 8] = [
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd",
    "/var/run/containerd",
    "/run/crio",
    "/var/run/crio",
    "/run/podman",
    "/var/run/podman",
];

fn test(pod: &Pod<'_>, said: &mut Said) {
    for (node, path) in mounts::host_paths(pod) {
        let is_socket = SOCKETS.iter().any(|socket| mounts::is_in(path, socket));
        if is_socket || matches!(path, "/run" | "/var/run") {
            said.at(node.at, "volumes.hostPath.path", path);
        }
    }
}

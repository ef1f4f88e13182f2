//! `sensitive-host-path`: pod mounts a folder that rules its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "sensitive-host-path",
    title: "pod mounts a folder that rules its node",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["nsa host-path", "mitre T1611", "cis-1.12 5.2.11"],
    aliases: &["KSV121", "C-0045"],
    why: "These folders hold the configuration, credentials or kernel interfaces of the node: writing there, and often reading, is enough to take it over.",
    mend: "Mount the one file that is needed, read-only, or none.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: etc, hostPath: {path: /etc}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: etc, mountPath: /host/etc}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: logs, hostPath: {path: /var/log/cart}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: logs, mountPath: /logs}]
",
    test: Test::Pod(test),
};

/// Folders of a node, those below them included where the flag says so.
const FOLDERS: [(&str, bool); 16] = [
    ("", false),
    ("/boot", true),
    ("/dev", false),
    ("/etc", true),
    ("/home", false),
    ("/lib/modules", true),
    ("/proc", true),
    ("/root", true),
    ("/sys", true),
    ("/usr", false),
    ("/var", false),
    ("/var/lib/containerd", true),
    ("/var/lib/containers", true),
    ("/var/lib/docker", true),
    ("/var/lib/etcd", true),
    ("/var/lib/kubelet", true),
];

fn test(pod: &Pod<'_>, said: &mut Said) {
    for (node, path) in mounts::host_paths(pod) {
        let rules = |(folder, with_below): &(&str, bool)| {
            path == *folder || *with_below && mounts::is_in(path, folder)
        };
        // Credentials have a check of their own.
        if FOLDERS.iter().any(rules) && !mounts::holds_credentials(path) {
            said.at(
                node.at,
                "volumes.hostPath.path",
                node.as_str().unwrap_or_default(),
            );
        }
    }
}

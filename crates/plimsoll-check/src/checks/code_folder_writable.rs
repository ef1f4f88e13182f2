//! `code-folder-writable`: container may change its programs.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "code-folder-writable",
    title: "container may change its programs",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa immutable-file-system"],
    aliases: &[],
    why: "A volume that can be written lies over a folder of programs: what is put there runs, and scans of the image do not see it.",
    mend: "Mount it read-only, or elsewhere.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: bin, emptyDir: {}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: bin, mountPath: /usr/local/bin}]
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: bin, emptyDir: {}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
      volumeMounts: [{name: bin, mountPath: /usr/local/bin, readOnly: true}]
",
    test: Test::Container(test),
};

const FOLDERS: [&str; 9] = [
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/local/bin",
    "/usr/local/lib",
];
/// Sources that are read-only whatever the mount says.
const READ_ONLY: [&str; 5] = ["configMap", "secret", "downwardAPI", "projected", "image"];

fn test(container: &Container<'_>, pod: &Pod<'_>, said: &mut Said) {
    for mount in mounts::mounts(container) {
        let text = |key: &str| mount.get(key).and_then(Node::as_str).unwrap_or_default();
        let path = text("mountPath").trim_end_matches('/');
        let is_code = path == "/usr"
            || path.is_empty() && text("mountPath") == "/"
            || FOLDERS.iter().any(|folder| mounts::is_in(path, folder));
        let is_fixed = |kind: &str| mounts::source(pod, text("name"), kind).is_some();
        if is_code && !mounts::is_read_only(mount) && !READ_ONLY.iter().any(|kind| is_fixed(kind)) {
            said.container(container, Some(mount.at), "volumeMounts.mountPath", path);
        }
    }
}

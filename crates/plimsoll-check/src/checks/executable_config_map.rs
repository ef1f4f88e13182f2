//! `executable-config-map`: files of a ConfigMap can be run as programs.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "executable-config-map",
    title: "files of a ConfigMap can be run as programs",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa immutable-file-system"],
    aliases: &[],
    why: "Who may edit the ConfigMap may run code in the pod, and no scan of the image sees it.",
    mend: "Put scripts into the image, or leave `defaultMode` at 0644.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: scripts, configMap: {name: scripts, defaultMode: 0755}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: scripts, configMap: {name: scripts, defaultMode: 0644}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    for volume in mounts::volumes(pod) {
        if let Some(node) = volume.at_path(&["configMap", "defaultMode"])
            && let Some(mode) = node.as_int()
            && mode & 0o111 != 0
        {
            said.at(
                node.at,
                "volumes.configMap.defaultMode",
                format!("{mode:04o}"),
            );
        }
    }
}

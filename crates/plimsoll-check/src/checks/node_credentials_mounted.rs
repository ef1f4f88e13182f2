//! `node-credentials-mounted`: pod mounts credentials of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::mounts;
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "node-credentials-mounted",
    title: "pod mounts credentials of its node",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &[
        "cis-1.12 5.2.11",
        "nsa host-path",
        "nsa kubeconfig",
        "mitre T1552",
        "mitre T1611",
    ],
    aliases: &["KSV121", "C-0020", "C-0045"],
    why: "With them the pod speaks as the node, as the control plane or as the account at the cloud provider.",
    mend: "Give the pod an account of its own: a service account, or the provider's workload identity.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: pki, hostPath: {path: /var/lib/kubelet/pki}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  volumes: [{name: data, hostPath: {path: /srv/data}}]
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    for (node, path) in mounts::host_paths(pod) {
        if mounts::holds_credentials(path) {
            said.at(node.at, "volumes.hostPath.path", path);
        }
    }
}

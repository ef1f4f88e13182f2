//! `node-user-namespace`: pod has the user ids of its node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "node-user-namespace",
    title: "pod has the user ids of its node",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa non-root-and-privileged", "mitre T1611"],
    aliases: &[],
    why: "Root in the container is root outside of it, should it get there. With user ids of its own it is nobody.",
    mend: "Set `hostUsers: false`, where nodes (Linux 6.3, containerd 2.0 or CRI-O 1.25) and volumes allow it.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  hostUsers: false
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    let is_set = |key: &str| pod.field(&[key]).and_then(Node::as_bool) == Some(true);
    let needs_nodes = ["hostNetwork", "hostPID", "hostIPC"]
        .iter()
        .any(|key| is_set(key));
    if !pod.has_own_users() && !pod.is_windows() && !needs_nodes {
        let at = pod.field(&["hostUsers"]).map_or(pod.at, |node| node.at);
        said.at(at, "hostUsers", "");
    }
}

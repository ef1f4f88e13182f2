//! `tolerates-everything`: pods may be put on every node, whatever its taint.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "tolerates-everything",
    title: "pods may be put on every node, whatever its taint",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Taints keep pods off the control plane, off nodes with devices, and off nodes that fail. This pod goes there, and stays.",
    mend: "Name the taints that are meant.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      tolerations: [{operator: Exists}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      tolerations: [{key: gpu, operator: Exists, effect: NoSchedule}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    // What has to run on every node is meant to.
    if pod.kind == "DaemonSet" {
        return;
    }
    for toleration in pod.field(&["tolerations"]).map_or(&[][..], Node::items) {
        let of = |key: &str| toleration.at_path(&[key]).and_then(Node::as_str);
        if of("operator") == Some("Exists") && of("key").unwrap_or_default().is_empty() {
            said.at(toleration.at, "spec.tolerations", "");
        }
    }
}

//! `tolerates-control-plane`: pods may be put beside the control plane.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "tolerates-control-plane",
    title: "pods may be put beside the control plane",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["mitre T1610"],
    aliases: &[],
    why: "There they share a kernel with the API server and its store, and take from them what memory and disk they use.",
    mend: "Remove the toleration, unless the workload is part of the control plane.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]
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
      tolerations: [{key: gpu, operator: Exists}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind == "DaemonSet" || object.namespace == "kube-system" {
        return;
    }
    let Some(pod) = object.pod() else {
        return;
    };
    for toleration in pod.field(&["tolerations"]).map_or(&[][..], Node::items) {
        let key = toleration.at_path(&["key"]).and_then(Node::as_str);
        if let Some(key) = key
            && matches!(
                key,
                "node-role.kubernetes.io/control-plane" | "node-role.kubernetes.io/master"
            )
        {
            said.at(toleration.at, "spec.tolerations", key);
        }
    }
}

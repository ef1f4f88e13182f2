//! `endures-lost-node`: pods stay on a node that is lost.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "endures-lost-node",
    title: "pods stay on a node that is lost",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Five minutes after a node went silent its pods are started elsewhere; those that tolerate it without a limit never are.",
    mend: "Set `tolerationSeconds`, or remove the toleration.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute}]
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
      tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 60}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    if matches!(pod.kind, "DaemonSet" | "Pod") {
        return;
    }
    for toleration in pod.field(&["tolerations"]).map_or(&[][..], Node::items) {
        let of = |key: &str| toleration.at_path(&[key]).and_then(Node::as_str);
        let Some(key) = of("key") else {
            continue;
        };
        let lost = matches!(
            key,
            "node.kubernetes.io/unreachable" | "node.kubernetes.io/not-ready"
        );
        let executes = matches!(of("effect").unwrap_or_default(), "" | "NoExecute");
        if lost && executes && toleration.at_path(&["tolerationSeconds"]).is_none() {
            said.at(toleration.at, "spec.tolerations", key);
        }
    }
}

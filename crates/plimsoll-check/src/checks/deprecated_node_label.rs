//! `deprecated-node-label`: label of nodes has another name now.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::placement::node_labels;
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "deprecated-node-label",
    title: "label of nodes has another name now",
    severity: Severity::Low,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The old label is kept for a while: on nodes that no longer have it, the pod is placed nowhere.",
    mend: "Use the name that is given.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      nodeSelector: {beta.kubernetes.io/os: linux}
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
      nodeSelector: {kubernetes.io/os: linux}
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

/// Old names, and those of today.
const RENAMED: [(&str, &str); 7] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    (
        "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type",
    ),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "topology.kubernetes.io/region",
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        "topology.kubernetes.io/zone",
    ),
    ("kubernetes.io/role", "node-role.kubernetes.io/…"),
    (
        "node-role.kubernetes.io/master",
        "node-role.kubernetes.io/control-plane",
    ),
];

fn test(pod: &Pod<'_>, said: &mut Said) {
    for label in node_labels(pod) {
        let renamed = RENAMED.iter().find(|(old, _)| *old == label.key);
        if let Some((old, new)) = renamed {
            said.at(
                label.at,
                format!("{}.{old}", label.field),
                format!("{old}, now {new}"),
            );
        }
    }
}

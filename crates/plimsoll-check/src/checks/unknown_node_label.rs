//! `unknown-node-label`: no node has this label of Kubernetes.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::placement::node_labels;
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "unknown-node-label",
    title: "no node has this label of Kubernetes",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Labels under `kubernetes.io` are set by Kubernetes itself, and it knows none of this name: the pod is placed nowhere, or not spread at all.",
    mend: "Mend the name: `kubernetes.io/hostname`, `topology.kubernetes.io/zone`.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostnme, whenUnsatisfiable: ScheduleAnyway}]
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
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

/// Labels of nodes in the domains that are Kubernetes' own.
const KNOWN: &[&str] = &[
    "beta.kubernetes.io/arch",
    "beta.kubernetes.io/instance-type",
    "beta.kubernetes.io/os",
    "failure-domain.beta.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "kubernetes.io/arch",
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "kubernetes.io/role",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];
/// Domains in which nobody else makes labels. In others (`node.kubernetes.io`) many do.
const DOMAINS: &[&str] = &[
    "beta.kubernetes.io",
    "failure-domain.beta.kubernetes.io",
    "kubernetes.io",
    "topology.kubernetes.io",
];

fn test(pod: &Pod<'_>, said: &mut Said) {
    for label in node_labels(pod) {
        let domain = label.key.split_once('/').map_or("", |(domain, _)| domain);
        if DOMAINS.contains(&domain) && !KNOWN.contains(&label.key) {
            said.at(
                label.at,
                format!("{}.{}", label.field, label.key),
                label.key,
            );
        }
    }
}

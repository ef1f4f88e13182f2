//! `pods-not-spread`: pods may all be put on one node.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::placement::pod_terms;
use crate::workload::{self, replicas};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "pods-not-spread",
    title: "pods may all be put on one node",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &["no-anti-affinity", "deployment-has-host-podantiaffinity", "statefulset-has-host-podantiaffinity", "topologySpreadConstraint"],
    why: "The scheduler spreads pods only as a preference: when they land on one node, or in one zone, its loss is the loss of all of them.",
    mend: "Add `topologySpreadConstraints` over `kubernetes.io/hostname` and `topology.kubernetes.io/zone`, or anti-affinity.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: cart}}}]
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if !workload::is(object, &["Deployment", "StatefulSet"]) {
        return;
    }
    let Some(pod) = object.pod().filter(|_| replicas(object) > 1) else {
        return;
    };
    let spread = pod.field(&["topologySpreadConstraints"]);
    let has_spread = spread.is_some_and(|list| !list.items().is_empty());
    if !has_spread && pod_terms(&pod, "podAntiAffinity", false).is_empty() {
        said.at(pod.at, "spec.topologySpreadConstraints", "");
    }
}

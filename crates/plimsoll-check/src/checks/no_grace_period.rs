//! `no-grace-period`: pod is killed without a chance to finish.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Pod;

pub const CHECK: Check = Check {
    id: "no-grace-period",
    title: "pod is killed without a chance to finish",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Requests are cut off, files are left half written; the API forgets the pod at once, and a StatefulSet may start its successor while it still runs.",
    mend: "Leave `terminationGracePeriodSeconds` out, or set it to what finishing takes.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      terminationGracePeriodSeconds: 0
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
      terminationGracePeriodSeconds: 30
      containers:
        - name: cart
          image: registry.example/cart:1.0
",
    test: Test::Pod(test),
};

fn test(pod: &Pod<'_>, said: &mut Said) {
    if let Some(node) = pod.field(&["terminationGracePeriodSeconds"])
        && node.as_int() == Some(0)
        && !matches!(pod.kind, "Job" | "CronJob")
    {
        said.at(node.at, "spec.terminationGracePeriodSeconds", "");
    }
}

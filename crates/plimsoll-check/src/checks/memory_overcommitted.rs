//! `memory-overcommitted`: memory limit is far above the request.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::quantity::{Quantity, shown};

pub const CHECK: Check = Check {
    id: "memory-overcommitted",
    title: "memory limit is far above the request",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa resource-limits"],
    aliases: &[],
    why: "The node is filled by what pods request. When several take what their limits allow, the kernel ends some of them, and not always the one that grew.",
    mend: "Request what the program usually takes, and keep the limit near it.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          resources: {requests: {memory: 64Mi}, limits: {memory: 2Gi}}
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.0
          resources: {requests: {memory: 1Gi}, limits: {memory: 2Gi}}
",
    test: Test::Container(test),
};

/// A limit this many times the request is far above it.
const FAR: u32 = 4;

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let of = |kind| container.field(&["resources", kind, "memory"]);
    let (Some(request), Some(limit)) = (of("requests"), of("limits")) else {
        return;
    };
    if let (Some(least), Some(most)) = (Quantity::of(request), Quantity::of(limit))
        && most.cmp_times(FAR, least).is_gt()
    {
        let detail = format!("{} for {}", shown(limit), shown(request));
        said.container(container, Some(limit.at), "resources.limits.memory", detail);
    }
}

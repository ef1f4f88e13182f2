//! `request-above-limit`: container requests more than its limit.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::quantity::{Quantity, shown};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "request-above-limit",
    title: "container requests more than its limit",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses such a pod: a Deployment that asks for it is accepted, and never makes one.",
    mend: "Raise the limit, or lower the request.",
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
          resources: {requests: {memory: 512Mi}, limits: {memory: 256Mi}}
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
          resources: {requests: {memory: 256Mi}, limits: {memory: 512Mi}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let limits = container.field(&["resources", "limits"]);
    let requests = container.field(&["resources", "requests"]);
    for entry in requests.map_or(&[][..], Node::entries) {
        let limit = limits.and_then(|limits| limits.get(&entry.key));
        let (Some(request), Some(of_limit)) =
            (Quantity::of(&entry.value), limit.and_then(Quantity::of))
        else {
            continue;
        };
        if request > of_limit {
            let shown_limit = limit.map(shown).unwrap_or_default();
            let field = format!("resources.requests.{}", entry.key);
            let detail = format!("{} of {shown_limit} {}", shown(&entry.value), entry.key);
            said.container(container, Some(entry.value.at), field, detail);
        }
    }
}

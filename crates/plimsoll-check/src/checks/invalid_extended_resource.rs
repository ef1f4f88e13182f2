//! `invalid-extended-resource`: device is asked for in a way that is refused.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::quantity::{Quantity, shown};
use plimsoll_object::yaml::{Entry, Node};

pub const CHECK: Check = Check {
    id: "invalid-extended-resource",
    title: "device is asked for in a way that is refused",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Devices and huge pages are whole, and a pod gets exactly what it asks for: a request without an equal limit, or a part of one, is refused by the API server.",
    mend: "Set the limit, as a whole number; leave the request out or make it the same.",
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
          resources: {requests: {nvidia.com/gpu: 1}}
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
          resources: {limits: {nvidia.com/gpu: 1}}
",
    test: Test::Container(test),
};

/// Devices that plug-ins offer, and huge pages: what cannot be shared out.
fn is_device(resource: &str) -> bool {
    let extended = resource
        .split_once('/')
        .is_some_and(|(domain, _)| !domain.ends_with("kubernetes.io"));
    extended || resource.starts_with("hugepages-")
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = &Entry> {
    node.map_or(&[][..], Node::entries).iter()
}

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let of = |kind| container.field(&["resources", kind]);
    let (limits, requests) = (of("limits"), of("requests"));
    for entry in entries(requests).filter(|entry| is_device(&entry.key)) {
        let limit = limits.and_then(|limits| limits.get(&entry.key));
        let field = format!("resources.requests.{}", entry.key);
        let same = limit.and_then(Quantity::of) == Quantity::of(&entry.value);
        match limit {
            None => said.container(
                container,
                Some(entry.value.at),
                field,
                format!("{} has no limit", entry.key),
            ),
            Some(_) if !same => said.container(
                container,
                Some(entry.value.at),
                field,
                format!("the limit of {} is another", entry.key),
            ),
            Some(_) => {}
        }
    }
    for entry in entries(limits).filter(|entry| is_device(&entry.key)) {
        let part = Quantity::of(&entry.value).is_some_and(|quantity| !quantity.is_whole());
        if part {
            said.container(
                container,
                Some(entry.value.at),
                format!("resources.limits.{}", entry.key),
                format!("{} of {}", shown(&entry.value), entry.key),
            );
        }
    }
}

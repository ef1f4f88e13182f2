//! `huge-pages-alone`: huge pages are asked for without CPU or memory.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "huge-pages-alone",
    title: "huge pages are asked for without CPU or memory",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses a container that asks for huge pages and for neither CPU nor memory.",
    mend: "Request CPU or memory as well.",
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
          resources: {limits: {hugepages-2Mi: 64Mi}}
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
          resources: {limits: {hugepages-2Mi: 64Mi, memory: 64Mi}}
",
    test: Test::Container(test),
};

fn test(container: &Container<'_>, _: &Pod<'_>, said: &mut Said) {
    let of = |kind| {
        container
            .field(&["resources", kind])
            .map_or(&[][..], Node::entries)
    };
    let all = || of("limits").iter().chain(of("requests"));
    let has_base = all().any(|entry| matches!(&*entry.key, "cpu" | "memory"));
    if let Some(pages) = all().find(|entry| entry.key.starts_with("hugepages-"))
        && !has_base
    {
        said.container(container, Some(pages.at), "resources.limits", &*pages.key);
    }
}

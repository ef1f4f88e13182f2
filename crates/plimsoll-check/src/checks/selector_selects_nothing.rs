//! `selector-selects-nothing`: service selects no pod that is here.

use plimsoll_model::Severity;

use std::collections::BTreeMap;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;
use crate::yaml::Node;

pub const CHECK: Check = Check {
    id: "selector-selects-nothing",
    title: "service selects no pod that is here",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Requests to the service are refused: no workload of its namespace has the labels that it asks for.",
    mend: "Make the selector and the labels of the pods the same.",
    bad: r#"apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: basket}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    good: r#"apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers: [{name: cart, image: "registry.example/cart:1.0"}]
"#,
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    // The labels of every pod, gathered once.
    let mut labels: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
    for (_, object) in world.iter() {
        if let Some(pod) = object.pod() {
            let of_pod = pod.metadata.and_then(|metadata| metadata.get("labels"));
            labels.entry(object.namespace).or_default().extend(of_pod);
        }
    }
    for (index, service) in world.of_kind("Service") {
        let Some(selector) = service.node.at_path(&["spec", "selector"]) else {
            continue;
        };
        // A service alone says nothing of the workloads that are elsewhere.
        let Some(pods) = labels.get(service.namespace) else {
            continue;
        };
        let has_all = |labels: &Node| {
            let wanted = selector.entries().iter();
            wanted.clone().all(|entry| {
                let is = labels.get(&entry.key).and_then(Node::as_str);
                is.is_some() && is == entry.value.as_str()
            })
        };
        let is_core = service.group().is_empty() && !selector.entries().is_empty();
        if is_core && !pods.iter().any(|labels| has_all(labels)) {
            said.object(index, selector.at, "spec.selector", "");
        }
    }
}

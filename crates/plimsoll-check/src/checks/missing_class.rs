//! `missing-class`: class is named that is not among those here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::refs::exists;
use crate::world::World;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "missing-class",
    title: "class is named that is not among those here",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "A pod with an unknown priority or runtime class is refused; a claim with an unknown storage class waits, an Ingress with an unknown class is served by nobody.",
    mend: "Add the class, or mend the name.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      priorityClassName: urgent
      containers:
        - name: cart
          image: registry.example/cart:1.0
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: low}
value: 100
",
    good: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      priorityClassName: urgent
      containers:
        - name: cart
          image: registry.example/cart:1.0
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: urgent}
value: 1000
",
    test: Test::World(test),
};

/// Classes that an object names, by kind.
fn classes<'a>(object: &Object<'a>) -> Vec<(&'static str, &'a Node)> {
    let mut out = Vec::new();
    let mut add = |kind, node: Option<&'a Node>| out.extend(node.map(|node| (kind, node)));
    if let Some(pod) = object.pod() {
        add("PriorityClass", pod.field(&["priorityClassName"]));
        add("RuntimeClass", pod.field(&["runtimeClassName"]));
    }
    let claims = object.node.at_path(&["spec", "volumeClaimTemplates"]);
    for claim in claims.map_or(&[][..], Node::items) {
        add("StorageClass", claim.at_path(&["spec", "storageClassName"]));
    }
    if object.kind == "PersistentVolumeClaim" {
        add(
            "StorageClass",
            object.node.at_path(&["spec", "storageClassName"]),
        );
    }
    if object.kind == "Ingress" {
        add(
            "IngressClass",
            object.node.at_path(&["spec", "ingressClassName"]),
        );
    }
    out
}

fn test(world: &World<'_>, said: &mut Said) {
    for (index, object) in world.iter() {
        for (kind, node) in classes(object) {
            let Some(name) = node.as_str().filter(|name| !name.is_empty()) else {
                continue;
            };
            if world.knows(kind, "") && !exists(world, kind, "", name) {
                said.object(
                    index,
                    node.at,
                    format!("{kind}.{name}"),
                    format!("{kind} {name}"),
                );
            }
        }
    }
}

//! `autoscalers-compete`: two autoscalers pull at the same pods.

use plimsoll_model::Severity;

use crate::budgets::{Autoscalers, TARGET, target};
use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use crate::world::World;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "autoscalers-compete",
    title: "two autoscalers pull at the same pods",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "One changes what the other measures: pods are added, resized and removed in turns. Two of the same kind both stop.",
    mend: "Leave one of them, or set `updateMode` of the vertical one to `Off`, in quotes.",
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
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 2
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  updatePolicy: {updateMode: Auto}
",
    good: r#"apiVersion: apps/v1
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
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 2
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
---
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  updatePolicy: {updateMode: "Off"}
"#,
    test: Test::World(test),
};

/// Resources that a vertical autoscaler changes.
fn changed<'a>(scaler: &Object<'a>) -> Vec<&'a str> {
    let mode = scaler.node.at_path(&["spec", "updatePolicy", "updateMode"]);
    // Without quotes YAML reads the word as a boolean, which is refused.
    if matches!(mode.and_then(Node::as_str), Some("Off" | "Initial")) {
        return Vec::new();
    }
    let policies = scaler
        .node
        .at_path(&["spec", "resourcePolicy", "containerPolicies"]);
    let lists = policies.map_or(&[][..], Node::items).iter();
    let named: Vec<&str> = lists
        .filter_map(|policy| policy.at_path(&["controlledResources"]))
        .flat_map(|list| list.items().iter().filter_map(Node::as_str))
        .collect();
    if named.is_empty() {
        return vec!["cpu", "memory"];
    }
    named
}

fn test(world: &World<'_>, said: &mut Said) {
    let horizontal = Autoscalers::new(world);
    for (index, object) in world.of_kind("HorizontalPodAutoscaler") {
        let Some((kind, name, node)) = workload::autoscaler(object).and(target(object, TARGET))
        else {
            continue;
        };
        let of = Object {
            kind,
            name,
            ..*object
        };
        let other = horizontal
            .of(&of)
            .find(|(other, scaler)| *other < index && scaler.name != object.name);
        if let Some((_, other)) = other {
            said.object(index, node.at, "spec.scaleTargetRef", other.display());
        }
    }
    for (index, object) in world.of_kind("VerticalPodAutoscaler") {
        let Some((kind, name, node)) = target(object, "targetRef") else {
            continue;
        };
        let changed = changed(object);
        let of = Object {
            kind,
            name,
            ..*object
        };
        let other = horizontal.of(&of).find(|(_, scaler)| {
            let metrics = scaler.node.at_path(&["spec", "metrics"]);
            let metrics = metrics.map_or(&[][..], Node::items);
            let mut watched = metrics.iter().filter_map(|metric| {
                let of = |key: &str| metric.at_path(&[key, "name"]).and_then(Node::as_str);
                of("resource").or_else(|| of("containerResource"))
            });
            let by_default = metrics.is_empty() && changed.contains(&"cpu");
            by_default || watched.any(|resource| changed.contains(&resource))
        });
        if let Some((_, other)) = other {
            said.object(index, node.at, "spec.targetRef", other.display());
        }
    }
}

//! `autoscaler-without-requests`: autoscaler measures against a request that is not set.

use plimsoll_model::Severity;

use crate::budgets::{TARGET, target};
use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use crate::world::World;
use plimsoll_object::object::{Container, Object, Role};
use plimsoll_object::yaml::{Node, Place};

pub const CHECK: Check = Check {
    id: "autoscaler-without-requests",
    title: "autoscaler measures against a request that is not set",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "Utilization is a share of what is requested: where one container requests nothing the autoscaler knows no figure, and scales nothing.",
    mend: "Set `resources.requests` on every container of the pod.",
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
          resources: {requests: {cpu: 100m}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 2
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
",
    test: Test::World(test),
};

/// Resources of which it watches the share, of all containers of its pods.
fn watched<'a>(scaler: &Object<'a>) -> Vec<(&'a str, Place)> {
    let Some(spec) = scaler.node.entry("spec") else {
        return Vec::new();
    };
    if scaler.api_version == "autoscaling/v1" {
        let node = spec.value.at_path(&["targetCPUUtilizationPercentage"]);
        return vec![("cpu", node.map_or(spec.at, |node| node.at))];
    }
    let Some(metrics) = spec
        .value
        .at_path(&["metrics"])
        .filter(|list| !list.items().is_empty())
    else {
        return vec![("cpu", spec.at)];
    };
    let shares = metrics.items().iter().filter_map(|metric| {
        let resource = metric.at_path(&["resource"])?;
        let is_share = resource
            .at_path(&["target", "averageUtilization"])
            .is_some()
            || resource.at_path(&["targetAverageUtilization"]).is_some();
        let name = resource.get("name").and_then(Node::as_str)?;
        is_share.then_some((name, metric.at))
    });
    shares.collect()
}

fn test(world: &World<'_>, said: &mut Said) {
    for (index, scaler) in world.of_kind("HorizontalPodAutoscaler") {
        let Some((kind, name, _)) = workload::autoscaler(scaler).and(target(scaler, TARGET)) else {
            continue;
        };
        for (_, object) in world.meant(kind, scaler.namespace, name) {
            let Some(pod) = object.pod() else {
                continue;
            };
            for (resource, at) in watched(scaler) {
                let lacks = |container: &Container<'_>| {
                    let runs = matches!(container.role, Role::Main | Role::Sidecar);
                    let has = ["requests", "limits"].iter().any(|key| {
                        let path = ["resources", *key, resource];
                        container.field(&path).is_some() || pod.field(&path).is_some()
                    });
                    runs && !has
                };
                if let Some(container) = pod.containers().find(lacks) {
                    let detail = format!("container {} requests no {resource}", container.name);
                    said.object(index, at, format!("spec.metrics.{resource}"), detail);
                }
            }
        }
    }
}

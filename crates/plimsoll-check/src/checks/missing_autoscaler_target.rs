//! `missing-autoscaler-target`: autoscaler scales what is not here.

use plimsoll_model::Severity;

use crate::budgets::{TARGET, target};
use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use crate::world::World;

pub const CHECK: Check = Check {
    id: "missing-autoscaler-target",
    title: "autoscaler scales what is not here",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["horizontalpodautoscaler-has-target", "dangling-horizontalpodautoscaler"],
    why: "It does nothing: under load no pod is added, and nobody is told but in its status.",
    mend: "Mend kind, name and `apiVersion` of `scaleTargetRef`.",
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
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: basket}
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

fn test(world: &World<'_>, said: &mut Said) {
    for (index, scaler) in world.of_kind("HorizontalPodAutoscaler") {
        let Some((kind, name, node)) = workload::autoscaler(scaler).and(target(scaler, TARGET))
        else {
            continue;
        };
        let namespace = scaler.namespace;
        let is_known = match kind {
            "Deployment" | "StatefulSet" | "ReplicaSet" => world.pods().knows(namespace),
            kind => world.knows(kind, namespace),
        };
        if is_known && world.meant(kind, namespace, name).next().is_none() {
            let detail = format!("{kind} {name}");
            said.object(index, node.at, "spec.scaleTargetRef", detail);
        }
    }
}

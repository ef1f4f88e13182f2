//! `replicas-beside-autoscaler`: number of pods is set by two.

use plimsoll_model::Severity;

use crate::budgets::Autoscalers;
use crate::check::{Check, Persona, Said, Test};
use crate::world::World;

pub const CHECK: Check = Check {
    id: "replicas-beside-autoscaler",
    title: "number of pods is set by two",
    severity: Severity::Low,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["deployment-targeted-by-hpa-does-not-have-replicas-configured"],
    why: "Each time the file is applied the number of the autoscaler is overwritten: at full load most pods are ended at once.",
    mend: "Remove `replicas`, and leave the number to the autoscaler.",
    bad: "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 2
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
    let autoscalers = Autoscalers::new(world);
    for (index, object) in world.iter() {
        // What a cluster hands out has the number always.
        let is_live = object.node.at_path(&["metadata", "uid"]).is_some();
        if let Some(node) = object.node.at_path(&["spec", "replicas"])
            && !is_live
            && object.pod().is_some()
            && autoscalers.of(object).next().is_some()
        {
            said.object(index, node.at, "spec.replicas", "");
        }
    }
}

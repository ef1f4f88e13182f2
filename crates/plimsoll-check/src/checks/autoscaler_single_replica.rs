//! `autoscaler-single-replica`: autoscaler may leave one pod.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "autoscaler-single-replica",
    title: "autoscaler may leave one pod",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &[],
    why: "In quiet hours one pod carries the service: when its node is drained, nobody does.",
    mend: "Set `minReplicas` to 2 or more.",
    bad: "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 1
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
",
    good: "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 2
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(spec) = workload::autoscaler(object) else {
        return;
    };
    let node = spec.at_path(&["minReplicas"]);
    if node.and_then(Node::as_int).unwrap_or(1) <= 1 {
        said.at(node.map_or(spec.at, |node| node.at), "spec.minReplicas", "");
    }
}

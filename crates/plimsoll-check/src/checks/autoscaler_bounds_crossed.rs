//! `autoscaler-bounds-crossed`: least number of pods is above the most.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::workload;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "autoscaler-bounds-crossed",
    title: "least number of pods is above the most",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &[],
    why: "The API server refuses an autoscaler whose `minReplicas` is above `maxReplicas`.",
    mend: "Raise `maxReplicas`, or lower `minReplicas`.",
    bad: "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 5
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
",
    good: "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: cart}
  minReplicas: 3
  maxReplicas: 5
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(spec) = workload::autoscaler(object) else {
        return;
    };
    let of = |key: &str| spec.at_path(&[key]).and_then(Node::as_int);
    let least = of("minReplicas").unwrap_or(1);
    if let Some(node) = spec.at_path(&["maxReplicas"])
        && let Some(most) = node.as_int().filter(|most| *most < least)
    {
        said.at(node.at, "spec.maxReplicas", format!("{least} above {most}"));
    }
}

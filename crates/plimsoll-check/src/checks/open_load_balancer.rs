//! `open-load-balancer`: load balancer lets everybody in.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "open-load-balancer",
    title: "load balancer lets everybody in",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &[],
    aliases: &["C-0256"],
    why: "Unless told which networks may come, the load balancer serves the whole internet. For a shop that is meant; for a console it is not.",
    mend: "Set `loadBalancerSourceRanges`.",
    bad: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {type: LoadBalancer, ports: [{port: 80}]}
",
    good: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24], ports: [{port: 80}]}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let Some(spec) = object.node.at_path(&["spec"]) else {
        return;
    };
    let kind = spec.at_path(&["type"]);
    if object.kind == "Service"
        && object.group().is_empty()
        && let Some(node) = kind
        && node.as_str() == Some("LoadBalancer")
        && spec.at_path(&["loadBalancerSourceRanges"]).is_none()
    {
        said.at(node.at, "spec.loadBalancerSourceRanges", "");
    }
}

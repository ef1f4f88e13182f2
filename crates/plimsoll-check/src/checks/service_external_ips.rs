//! `service-external-ips`: service claims addresses that are not its own.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "service-external-ips",
    title: "service claims addresses that are not its own",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &[],
    aliases: &["KSV108"],
    why: "Nobody checks the addresses: traffic to any of them is taken by this service, on every node (CVE-2020-8554).",
    mend: "Remove `externalIPs`, and use a load balancer.",
    bad: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 80}], externalIPs: [192.0.2.1]}
",
    good: "apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {ports: [{port: 80}]}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind == "Service"
        && object.group().is_empty()
        && let Some(node) = object.node.at_path(&["spec", "externalIPs"])
        && !node.items().is_empty()
    {
        said.at(node.at, "spec.externalIPs", "");
    }
}

//! `namespace-privileged`: namespace lets in privileged pods.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "namespace-privileged",
    title: "namespace lets in privileged pods",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &[
        "cis-1.12 5.2.1",
        "cis-1.12 5.2.2",
        "nsa pod-security-enforcement",
        "mitre T1610",
    ],
    aliases: &[],
    why: "Who may make pods here is root on the nodes. Drivers and agents need that; nothing else should lie beside them.",
    mend: "Enforce `restricted` or `baseline`, and keep what needs more in a namespace of its own.",
    bad: "apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: privileged}
",
    good: "apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: baseline}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    const LABEL: &str = "pod-security.kubernetes.io/enforce";
    let labels = object.node.at_path(&["metadata", "labels"]);
    if object.kind == "Namespace"
        && object.group().is_empty()
        && let Some(node) = labels.and_then(|labels| labels.at_path(&[LABEL]))
        && node.as_str() == Some("privileged")
    {
        said.at(node.at, format!("metadata.labels.{LABEL}"), "");
    }
}

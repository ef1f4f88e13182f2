//! `namespace-without-pod-security`: namespace lets in pods of any kind.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "namespace-without-pod-security",
    title: "namespace lets in pods of any kind",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[
        "cis-1.12 5.2.1",
        "nsa pod-security-enforcement",
        "mitre T1610",
    ],
    aliases: &[],
    why: "Unless the cluster is set up otherwise, who may make pods here may make privileged ones.",
    mend: "Label it `pod-security.kubernetes.io/enforce: restricted`, or `baseline`.",
    bad: "apiVersion: v1
kind: Namespace
metadata:
  name: shop
",
    good: "apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: restricted}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    const LABEL: &str = "pod-security.kubernetes.io/enforce";
    if object.kind != "Namespace" || !object.group().is_empty() {
        return;
    }
    let labels = object.node.at_path(&["metadata", "labels"]);
    // The cluster's own namespaces are set up with it.
    let is_own = object.name.starts_with("kube-");
    if labels.and_then(|labels| labels.at_path(&[LABEL])).is_none() && !is_own {
        said.at(labels.unwrap_or(object.node).at, "metadata.labels", "");
    }
}

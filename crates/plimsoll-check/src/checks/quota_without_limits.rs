//! `quota-without-limits`: quota bounds neither CPU nor memory.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "quota-without-limits",
    title: "quota bounds neither CPU nor memory",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["nsa resource-limits"],
    aliases: &[],
    why: "A quota that counts objects alone lets a single pod of the namespace take whole nodes.",
    mend: "Add `requests.cpu`, `requests.memory` and `limits.memory` to `hard`.",
    bad: r#"apiVersion: v1
kind: ResourceQuota
metadata: {name: shop, namespace: shop}
spec: {hard: {pods: "20"}}
"#,
    good: r#"apiVersion: v1
kind: ResourceQuota
metadata: {name: shop, namespace: shop}
spec: {hard: {pods: "20", requests.cpu: "8", limits.memory: 16Gi}}
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind != "ResourceQuota" || !object.group().is_empty() {
        return;
    }
    // A quota with scopes speaks of some pods only: another one bounds the rest.
    let scoped = ["scopes", "scopeSelector"];
    let is_scoped = scoped
        .iter()
        .any(|key| object.node.at_path(&["spec", key]).is_some());
    let Some(hard) = object
        .node
        .at_path(&["spec", "hard"])
        .filter(|_| !is_scoped)
    else {
        return;
    };
    let bounds = [
        "cpu",
        "memory",
        "requests.cpu",
        "requests.memory",
        "limits.cpu",
        "limits.memory",
    ];
    let counts_pods = hard.get("pods").is_some() || hard.get("count/pods").is_some();
    if counts_pods && !bounds.iter().any(|key| hard.get(key).is_some()) {
        said.at(hard.at, "spec.hard", "");
    }
}

//! `aggregated-secrets`: everybody who may view gets rights that can be turned into more.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "aggregated-secrets",
    title: "everybody who may view gets rights that can be turned into more",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.2", "cis-1.12 5.1.3", "nsa rbac"],
    aliases: &[],
    why: "The label adds these rules to the built-in role `view` or `edit`, for all that hold it. `view` leaves Secrets out on purpose: their tokens would make it more than viewing.",
    mend: "Remove the label, or the rules on Secrets and wildcards.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: cart
  labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}
rules:
  - {apiGroups: [""], resources: [secrets], verbs: [get]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: cart
  labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}
rules:
  - {apiGroups: [shop.example], resources: [carts], verbs: [get]}
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    const PREFIX: &str = "rbac.authorization.k8s.io/aggregate-to-";
    let labels = object.node.at_path(&["metadata", "labels"]);
    let is_viewed = |key: &str| {
        let label = labels.and_then(|labels| labels.get(&format!("{PREFIX}{key}")));
        label.and_then(Node::as_str) == Some("true")
    };
    // Who may edit may read Secrets anyway.
    let reads = |rule: &grants::Rule<'_>| {
        let names = ["secrets", "*"]
            .iter()
            .any(|one| rule.has("resources", one));
        names && (rule.has("apiGroups", "") || rule.has("apiGroups", "*"))
    };
    let everything =
        |rule: &grants::Rule<'_>| rule.has("resources", "*") && rule.has("apiGroups", "*");
    for rule in grants::rules(object) {
        if is_viewed("view") && reads(&rule) || is_viewed("edit") && everything(&rule) {
            said.at(rule.node.at, "rules", "");
        }
    }
}

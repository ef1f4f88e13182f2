//! `webhook-can-stop-cluster`: webhook that is down stops the cluster itself.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::webhooks;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "webhook-can-stop-cluster",
    title: "webhook that is down stops the cluster itself",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["nsa admission", "mitre T1499"],
    aliases: &[],
    why: "Pods of `kube-system` are asked about too: when the webhook's own node goes, nothing that would bring it back is admitted.",
    mend: "Leave `kube-system` and the webhook's own namespace out by `namespaceSelector`.",
    bad: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.shop.example
    clientConfig: {service: {name: guard, namespace: guard}}
    failurePolicy: Fail
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
"#,
    good: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.shop.example
    clientConfig: {service: {name: guard, namespace: guard}}
    failurePolicy: Fail
    namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, guard]}]}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
"#,
    test: Test::Object(test),
};

/// What the cluster needs to bring itself up again.
const VITAL: [&str; 6] = ["*", "*/*", "pods", "pods/*", "leases", "deployments"];

fn test(object: &Object<'_>, said: &mut Said) {
    for webhook in webhooks::webhooks(object, &["Mutating", "Validating"]) {
        if is_limited(webhook.node) {
            continue;
        }
        if let Some(rule) = webhook.rules().iter().find(|rule| is_vital(rule)) {
            let name = webhook.name;
            said.at(rule.at, format!("webhooks.{name}.namespaceSelector"), name);
        }
    }
}

/// Whether it is asked about some objects only, or may be passed by.
fn is_limited(webhook: &Node) -> bool {
    let field = |key: &str| webhook.at_path(&[key]);
    let selects = |key: &str| field(key).is_some_and(|node| !node.entries().is_empty());
    // Unless said otherwise a webhook that does not answer stops the request.
    field("failurePolicy").and_then(Node::as_str) == Some("Ignore")
        || selects("namespaceSelector")
        || selects("objectSelector")
        || field("matchConditions").is_some_and(|node| !node.items().is_empty())
}

/// Whether a rule is about what the cluster needs to bring itself up again.
fn is_vital(rule: &Node) -> bool {
    let list = |key: &str| rule.get(key).map_or(&[][..], Node::items).iter();
    let mut groups = list("apiGroups").filter_map(Node::as_str);
    let is_own = groups.any(|group| matches!(group, "*" | "" | "apps" | "coordination.k8s.io"));
    let changes = list("operations").any(|one| one.as_str() != Some("DELETE"));
    let is_namespaced = rule.get("scope").and_then(Node::as_str) != Some("Cluster");
    let mut resources = list("resources").filter_map(Node::as_str);
    is_own && changes && is_namespaced && resources.any(|one| VITAL.contains(&one))
}

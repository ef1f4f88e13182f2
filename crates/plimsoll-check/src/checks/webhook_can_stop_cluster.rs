//! `webhook-can-stop-cluster`: webhook that is down stops the cluster itself.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::object::Object;
use crate::yaml::Node;

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
const VITAL: [&str; 8] = [
    "*",
    "*/*",
    "pods",
    "pods/*",
    "nodes",
    "leases",
    "endpointslices",
    "deployments",
];

fn test(object: &Object<'_>, said: &mut Said) {
    let is_webhook = matches!(
        object.kind,
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration"
    ) && object.group() == "admissionregistration.k8s.io";
    let webhooks = object.node.get("webhooks").filter(|_| is_webhook);
    for webhook in webhooks.map_or(&[][..], Node::items) {
        let text = |key: &str| webhook.get(key).and_then(Node::as_str);
        let is_limited = |key: &str| {
            webhook
                .at_path(&[key])
                .is_some_and(|node| !node.entries().is_empty())
        };
        let has_conditions = webhook
            .at_path(&["matchConditions"])
            .is_some_and(|node| !node.items().is_empty());
        // Unless said otherwise a webhook that does not answer stops the request.
        let is_open = text("failurePolicy") == Some("Ignore");
        if is_open
            || is_limited("namespaceSelector")
            || is_limited("objectSelector")
            || has_conditions
        {
            continue;
        }
        let rules = webhook.get("rules").map_or(&[][..], Node::items);
        let is_vital = |rule: &&Node| {
            let list = |key: &str| rule.get(key).map_or(&[][..], Node::items).iter();
            let changes = list("operations").any(|one| one.as_str() != Some("DELETE"));
            let is_namespaced = rule.get("scope").and_then(Node::as_str) != Some("Cluster");
            let vital = list("resources")
                .filter_map(Node::as_str)
                .any(|one| VITAL.contains(&one));
            changes && is_namespaced && vital
        };
        if let Some(rule) = rules.iter().find(is_vital) {
            let name = text("name").unwrap_or_default();
            said.at(rule.at, format!("webhooks.{name}.namespaceSelector"), name);
        }
    }
}

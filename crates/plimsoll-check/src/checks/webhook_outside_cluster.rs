//! `webhook-outside-cluster`: admission asks a server outside of the cluster.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::webhooks;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "webhook-outside-cluster",
    title: "admission asks a server outside of the cluster",
    severity: Severity::Medium,
    persona: Persona::Auditor,
    answers: &["nsa admission"],
    aliases: &[],
    why: "Everything that is applied is sent there, and the cluster takes no pod while the way there is down.",
    mend: "Run the webhook in the cluster, and name its service.",
    bad: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.shop.example
    clientConfig: {url: "https://guard.example/admit"}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
"#,
    good: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.shop.example
    clientConfig: {service: {name: guard, namespace: guard}}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for webhook in webhooks::webhooks(object, &["Mutating", "Validating"]) {
        if let Some(node) = webhook.node.at_path(&["clientConfig", "url"]) {
            let name = webhook.name;
            said.at(node.at, format!("webhooks.{name}.clientConfig.url"), name);
        }
    }
}

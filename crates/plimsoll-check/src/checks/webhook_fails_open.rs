//! `webhook-fails-open`: admission lets in what its webhook could not look at.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::webhooks;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "webhook-fails-open",
    title: "admission lets in what its webhook could not look at",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.2.1", "nsa admission", "mitre T1562"],
    aliases: &["C-0036"],
    why: "Who brings the webhook down, or is quicker than it, gets past what it was to stop.",
    mend: "Set `failurePolicy: Fail`, with namespaces left out that the webhook itself needs, and two replicas.",
    bad: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.shop.example
    clientConfig: {service: {name: guard, namespace: guard}}
    failurePolicy: Ignore
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
"#,
    good: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.shop.example
    clientConfig: {service: {name: guard, namespace: guard}}
    failurePolicy: Fail
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for webhook in webhooks::webhooks(object, &["Validating"]) {
        if let Some(node) = webhook.node.at_path(&["failurePolicy"])
            && node.as_str() == Some("Ignore")
        {
            let name = webhook.name;
            said.at(node.at, format!("webhooks.{name}.failurePolicy"), name);
        }
    }
}

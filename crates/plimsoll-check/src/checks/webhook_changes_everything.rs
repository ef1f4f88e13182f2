//! `webhook-changes-everything`: webhook may change every object.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::webhooks;
use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "webhook-changes-everything",
    title: "webhook may change every object",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.1.12", "nsa admission", "mitre T1562"],
    aliases: &["C-0039"],
    why: "Whoever runs it sees and rewrites everything that is applied: Secrets, roles, the pods of others.",
    mend: "Name the groups and resources that it is about.",
    bad: r#"apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.shop.example
    clientConfig: {service: {name: guard, namespace: guard}}
    rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: ["*"]}]
"#,
    good: r#"apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: guard}
webhooks:
  - name: guard.shop.example
    clientConfig: {service: {name: guard, namespace: guard}}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for webhook in webhooks::webhooks(object, &["Mutating"]) {
        for rule in webhook.rules() {
            let all = |key: &str| {
                let mut items = rule.get(key).map_or(&[][..], Node::items).iter();
                items.any(|one| matches!(one.as_str(), Some("*" | "*/*")))
            };
            if all("apiGroups") && all("resources") {
                let name = webhook.name;
                said.at(rule.at, format!("webhooks.{name}.rules"), name);
            }
        }
    }
}

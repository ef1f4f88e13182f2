//! `wildcard-resources`: role allows something on every resource.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "wildcard-resources",
    title: "role allows something on every resource",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.3", "nsa rbac"],
    aliases: &["CKV_K8S_49", "KSV046", "C-0187"],
    why: "Secrets are a resource: who may read everything reads every password, and every kind that is added later is open from its first day.",
    mend: "Name the resources that are used.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: ["*"], resources: ["*"], verbs: [get, list]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods, services], verbs: [get, list]}
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for rule in grants::rules(object).filter(|rule| !rule.has("verbs", "*")) {
        let mut resources = rule.list("resources");
        if let Some((node, _)) = resources.find(|(_, resource)| *resource == "*")
            && rule.is_of_cluster()
        {
            let verbs: Vec<&str> = rule.list("verbs").map(|(_, verb)| verb).collect();
            said.at(node.at, "rules.resources", verbs.join(", "));
        }
    }
}

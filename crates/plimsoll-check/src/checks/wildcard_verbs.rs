//! `wildcard-verbs`: role allows every verb.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "wildcard-verbs",
    title: "role allows every verb",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.3", "nsa rbac"],
    aliases: &["CKV_K8S_49", "KSV045", "C-0187"],
    why: "`*` holds more than reading and writing: escalate, bind, impersonate, approve, and whatever comes.",
    mend: "Name the verbs that are used.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [apps], resources: [deployments], verbs: ["*"]}
"#,
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [apps], resources: [deployments], verbs: [get, list, watch, patch]}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for rule in grants::rules(object).filter(|rule| !rule.has("resources", "*")) {
        let mut verbs = rule.list("verbs");
        if let Some((node, _)) = verbs.find(|(_, verb)| *verb == "*")
            && (rule.is_of_cluster() || rule.list("nonResourceURLs").next().is_some())
        {
            let mut named = rule.list("resources").chain(rule.list("nonResourceURLs"));
            let first = named.next().map_or("", |(_, name)| name);
            said.at(node.at, format!("rules.verbs.{first}"), first);
        }
    }
}

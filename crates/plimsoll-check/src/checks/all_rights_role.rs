//! `all-rights-role`: role allows everything.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "all-rights-role",
    title: "role allows everything",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.3", "nsa rbac", "mitre T1078"],
    aliases: &["CKV_K8S_49", "KSV044", "C-0187"],
    why: "Every verb on every resource, those of tomorrow's extensions too: nobody can say what its holder may do, only that it is everything.",
    mend: "Name the API groups, resources and verbs that are used; `kubectl auth can-i --list` and the audit log help.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get, list]}
"#,
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for rule in grants::rules(object) {
        if rule.has("resources", "*") && rule.has("verbs", "*") && rule.is_of_cluster() {
            said.at(rule.node.at, "rules", "");
        }
    }
}

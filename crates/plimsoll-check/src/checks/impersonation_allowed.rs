//! `impersonation-allowed`: role acts in the name of others.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "impersonation-allowed",
    title: "role acts in the name of others",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.8", "nsa rbac", "mitre T1550"],
    aliases: &["CKV2_K8S_3", "KSV043", "C-0065", "C-0191"],
    why: "Who may impersonate every user or group may be `system:masters`, which nothing stops.",
    mend: "Limit it by `resourceNames` to whom it is meant for.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [users], verbs: [impersonate]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [users], verbs: [impersonate], resourceNames: [guest]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 2] = [
    Grant {
        group: "",
        resources: &["users", "groups", "serviceaccounts"],
        verbs: &["impersonate"],
    },
    Grant {
        group: "authentication.k8s.io",
        resources: &["uids"],
        verbs: &["impersonate"],
    },
];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

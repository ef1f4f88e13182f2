//! `accounts-creatable`: role makes service accounts.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "accounts-creatable",
    title: "role makes service accounts",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa rbac", "mitre T1136"],
    aliases: &[],
    why: "An account of one's own outlives the one that was taken away.",
    mend: "Leave it to the pipeline.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [serviceaccounts], verbs: [create]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [serviceaccounts], verbs: [get]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "",
    resources: &["serviceaccounts"],
    verbs: &["create"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

//! `token-creation-allowed`: role makes tokens for any service account.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "token-creation-allowed",
    title: "role makes tokens for any service account",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.13", "nsa rbac", "mitre T1528"],
    aliases: &[],
    why: "A token is the account: its holder can have the rights of every service account in reach, for as long as he asks for.",
    mend: "Limit it by `resourceNames` to the accounts that are meant.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [serviceaccounts/token], verbs: [create]}
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
    resources: &["serviceaccounts/token"],
    verbs: &["create"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

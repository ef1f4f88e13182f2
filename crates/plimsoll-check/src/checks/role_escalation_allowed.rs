//! `role-escalation-allowed`: role raises its own rights.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "role-escalation-allowed",
    title: "role raises its own rights",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.8", "nsa rbac", "mitre T1098"],
    aliases: &["CKV_K8S_157", "CKV_K8S_158", "KSV050", "C-0191"],
    why: "The API server stops people from giving away what they do not have. `escalate` and `bind` lift that: their holder is cluster-admin whenever he likes.",
    mend: "Take the verbs out, or limit them by `resourceNames` to the roles that are handed on.",
    bad: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}
",
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [get, list]}
",
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "rbac.authorization.k8s.io",
    resources: &["roles", "clusterroles"],
    verbs: &["escalate", "bind"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

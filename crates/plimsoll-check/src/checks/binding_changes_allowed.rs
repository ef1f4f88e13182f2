//! `binding-changes-allowed`: role hands out roles.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "binding-changes-allowed",
    title: "role hands out roles",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.1.8", "nsa rbac", "mitre T1098"],
    aliases: &["CKV2_K8S_1", "KSV050"],
    why: "Its holder passes on every right that it has, and nobody need ask.",
    mend: "Keep bindings in the hands of who runs the cluster.",
    bad: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [create]}
",
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [get]}
",
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "rbac.authorization.k8s.io",
    resources: &["rolebindings", "clusterrolebindings"],
    verbs: &["create", "update", "patch"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

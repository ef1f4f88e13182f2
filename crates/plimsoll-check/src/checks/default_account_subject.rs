//! `default-account-subject`: rights are given to pods that ask for none.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "default-account-subject",
    title: "rights are given to pods that ask for none",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.5", "nsa rbac"],
    aliases: &["CKV_K8S_42", "C-0189"],
    why: "Every pod of the namespace that names no service account runs under `default`, also those that come tomorrow.",
    mend: "Make a service account for the workload, and bind to that.",
    bad: "apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {kind: ServiceAccount, name: default, namespace: shop}
",
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {kind: ServiceAccount, name: cart, namespace: shop}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for subject in grants::subjects(object) {
        if subject.kind == "ServiceAccount" && subject.name == "default" {
            said.at(subject.node.at, "subjects", subject.name);
        }
    }
}

//! `certificate-approval-allowed`: role signs certificates that the API server believes.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "certificate-approval-allowed",
    title: "role signs certificates that the API server believes",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.11", "nsa rbac", "mitre T1078"],
    aliases: &["CKV_K8S_156"],
    why: "Who may ask for and approve a certificate becomes whoever he likes, for as long as it runs: it cannot be called back.",
    mend: "Leave it to the controllers of the cluster.",
    bad: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}
",
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests], verbs: [create, get]}
",
    test: Test::Object(test),
};

const GRANTS: [Grant; 2] = [
    Grant {
        group: "certificates.k8s.io",
        resources: &["certificatesigningrequests/approval"],
        verbs: &["update", "patch"],
    },
    Grant {
        group: "certificates.k8s.io",
        resources: &["signers"],
        verbs: &["approve", "sign"],
    },
];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

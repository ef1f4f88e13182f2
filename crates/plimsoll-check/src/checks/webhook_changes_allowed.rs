//! `webhook-changes-allowed`: role changes what is asked at admission.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "webhook-changes-allowed",
    title: "role changes what is asked at admission",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.1.12", "nsa rbac", "mitre T1562"],
    aliases: &["CKV_K8S_155", "KSV114"],
    why: "A webhook of one's own sees every object that is applied, Secrets among them, and may change them; and the one that guards can be turned off.",
    mend: "Limit it by `resourceNames` to the program's own configuration.",
    bad: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [admissionregistration.k8s.io], resources: [validatingwebhookconfigurations], verbs: [update]}
",
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [admissionregistration.k8s.io], resources: [validatingwebhookconfigurations], verbs: [get]}
",
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "admissionregistration.k8s.io",
    resources: &[
        "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations",
        "mutatingadmissionpolicies",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicybindings",
    ],
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

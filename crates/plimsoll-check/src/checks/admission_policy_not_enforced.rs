//! `admission-policy-not-enforced`: admission policy tells and lets through.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "admission-policy-not-enforced",
    title: "admission policy tells and lets through",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.2.1", "nsa admission"],
    aliases: &[],
    why: "`Audit` and `Warn` are for the time until what runs already is mended.",
    mend: "Add `Deny` to `validationActions`.",
    bad: "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: pods}
spec: {policyName: pods, validationActions: [Audit, Warn]}
",
    good: "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: pods}
spec: {policyName: pods, validationActions: [Deny, Audit]}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    let is_binding = object.kind == "ValidatingAdmissionPolicyBinding"
        && object.group() == "admissionregistration.k8s.io";
    if let Some(node) = object.node.at_path(&["spec", "validationActions"])
        && is_binding
        && !node
            .items()
            .iter()
            .any(|action| action.as_str() == Some("Deny"))
    {
        said.at(node.at, "spec.validationActions", "");
    }
}

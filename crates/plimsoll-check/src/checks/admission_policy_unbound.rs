//! `admission-policy-unbound`: admission policy holds nowhere.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;

pub const CHECK: Check = Check {
    id: "admission-policy-unbound",
    title: "admission policy holds nowhere",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.2.1", "nsa admission"],
    aliases: &[],
    why: "Without a binding a ValidatingAdmissionPolicy is text.",
    mend: "Add a ValidatingAdmissionPolicyBinding that names it.",
    bad: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: pods}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "has(object.spec.securityContext)"}]
"#,
    good: r#"apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: pods}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "has(object.spec.securityContext)"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: pods}
spec: {policyName: pods, validationActions: [Deny]}
"#,
    test: Test::World(test),
};

fn test(world: &World<'_>, said: &mut Said) {
    for kind in ["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"] {
        let binding = format!("{kind}Binding");
        let bound: BTreeSet<&str> = world
            .of_kind(&binding)
            .filter_map(|(_, one)| one.node.at_path(&["spec", "policyName"])?.as_str())
            .collect();
        for (index, policy) in world.of_kind(kind) {
            let is_core = policy.group() == "admissionregistration.k8s.io";
            if is_core && !bound.contains(policy.name) {
                said.object(index, policy.node.at, "metadata.name", "");
            }
        }
    }
}

//! `port-forward-allowed`: role opens ports of pods past the network policies.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "port-forward-allowed",
    title: "role opens ports of pods past the network policies",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa rbac"],
    aliases: &["C-0063"],
    why: "Connections come from the kubelet: no network policy stops them, and services without a password lie open.",
    mend: "Leave it out; grant it for a time where somebody has to look.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods/portforward], verbs: [create]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "",
    resources: &["pods/portforward", "pods/proxy", "services/proxy"],
    verbs: &["create", "get"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

//! `debug-containers-allowed`: role adds containers to running pods.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "debug-containers-allowed",
    title: "role adds containers to running pods",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa rbac", "mitre T1609", "mitre T1610"],
    aliases: &[],
    why: "An ephemeral container runs an image of its holder's choice inside of the pod: the pod's token, volumes and processes lie open to it.",
    mend: "Leave it out; grant it for a time where somebody has to look.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods/ephemeralcontainers], verbs: [patch]}
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
    resources: &["pods/ephemeralcontainers"],
    verbs: &["update", "patch"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

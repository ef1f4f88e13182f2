//! `pod-exec-allowed`: role enters running containers.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "pod-exec-allowed",
    title: "role enters running containers",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.1.4", "nsa rbac", "mitre T1609"],
    aliases: &["CKV2_K8S_2", "KSV053", "C-0002"],
    why: "A shell in a container has its token, its secrets and its network, and leaves little trace.",
    mend: "Leave it out; grant it for a time where somebody has to look.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods/exec], verbs: [create]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods, pods/log], verbs: [get]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "",
    resources: &["pods/exec", "pods/attach"],
    verbs: &["create", "get"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

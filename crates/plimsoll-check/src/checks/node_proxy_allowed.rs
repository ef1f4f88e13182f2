//! `node-proxy-allowed`: role speaks to kubelets.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "node-proxy-allowed",
    title: "role speaks to kubelets",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.10", "nsa rbac", "mitre T1609"],
    aliases: &["CKV2_K8S_2", "KSV047"],
    why: "Through `nodes/proxy` every container of the node can be entered, past admission and past the audit log. Even `get` is enough for that.",
    mend: "Allow `nodes/metrics`, `nodes/stats` or `nodes/log` instead, whichever is read.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [nodes/proxy], verbs: [get]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [nodes/metrics], verbs: [get]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "",
    resources: &["nodes/proxy"],
    verbs: &["create", "get", "update", "patch", "delete"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

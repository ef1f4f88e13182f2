//! `nodes-changeable`: role changes nodes.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "nodes-changeable",
    title: "role changes nodes",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["nsa rbac"],
    aliases: &[],
    why: "Labels and taints decide which pods come to which node: who sets them draws the workloads of others to a node of his own.",
    mend: "Allow `get` and `list`, and `patch` only to what manages nodes.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [nodes], verbs: [patch]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [nodes], verbs: [get, list, watch]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "",
    resources: &["nodes", "nodes/status"],
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

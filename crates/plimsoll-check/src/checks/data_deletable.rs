//! `data-deletable`: role destroys data.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "data-deletable",
    title: "role destroys data",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa rbac", "mitre T1485"],
    aliases: &["C-0007"],
    why: "Deleting a namespace takes all in it, deleting a claim takes the disk, if its class says so.",
    mend: "Leave deleting of namespaces, claims and volumes to who runs the cluster.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [namespaces], verbs: [delete]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [namespaces], verbs: [get, list]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 2] = [
    Grant {
        group: "",
        resources: &["namespaces", "persistentvolumes", "persistentvolumeclaims"],
        verbs: &["delete", "deletecollection"],
    },
    Grant {
        group: "snapshot.storage.k8s.io",
        resources: &["volumesnapshots", "volumesnapshotcontents"],
        verbs: &["delete", "deletecollection"],
    },
];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

//! `workloads-creatable`: role makes pods.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "workloads-creatable",
    title: "role makes pods",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.1.4", "nsa rbac", "mitre T1610", "mitre T1053"],
    aliases: &["KSV048", "C-0188"],
    why: "Who makes pods chooses their service account and mounts their Secrets: it is as much as having all of the namespace's.",
    mend: "Leave it to the pipeline and to controllers, with roles in the namespaces that they serve.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [create]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get, list, watch, delete]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 3] = [
    Grant {
        group: "",
        resources: &["pods", "replicationcontrollers", "podtemplates"],
        verbs: &["create", "update", "patch"],
    },
    Grant {
        group: "apps",
        resources: &["daemonsets", "deployments", "replicasets", "statefulsets"],
        verbs: &["create", "update", "patch"],
    },
    Grant {
        group: "batch",
        resources: &["cronjobs", "jobs"],
        verbs: &["create", "update", "patch"],
    },
];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

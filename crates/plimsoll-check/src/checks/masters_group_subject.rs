//! `masters-group-subject`: rights are tied to the group that cannot be stopped.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "masters-group-subject",
    title: "rights are tied to the group that cannot be stopped",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.7", "nsa rbac", "mitre T1078"],
    aliases: &[],
    why: "Members of `system:masters` pass every check of the API server, whatever the roles say: the group is for breaking glass only.",
    mend: "Bind to a group of your own, so that it can be taken away.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:masters"}
"#,
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: admins}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for subject in grants::subjects(object) {
        if subject.kind == "Group" && subject.name == "system:masters" {
            said.at(subject.node.at, "subjects", subject.name);
        }
    }
}

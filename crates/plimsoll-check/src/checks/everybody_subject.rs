//! `everybody-subject`: rights are given to all users or all workloads.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "everybody-subject",
    title: "rights are given to all users or all workloads",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["nsa rbac", "mitre T1078"],
    aliases: &[],
    why: "`system:authenticated` is everybody with any account, at some providers anybody with an e-mail address; `system:serviceaccounts` is every pod.",
    mend: "Name the groups or service accounts that are meant.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:authenticated"}
"#,
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: auditors}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    for subject in grants::subjects(object) {
        if subject.kind == "Group"
            && matches!(
                subject.name,
                "system:authenticated" | "system:serviceaccounts"
            )
        {
            said.at(subject.node.at, "subjects", subject.name);
        }
    }
}

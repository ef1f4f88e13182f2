//! `anonymous-subject`: rights are given to whoever asks.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "anonymous-subject",
    title: "rights are given to whoever asks",
    severity: Severity::Critical,
    persona: Persona::Regular,
    answers: &["nsa authentication", "nsa rbac", "mitre T1078"],
    aliases: &["KSV122", "C-0262"],
    why: "`system:anonymous` and `system:unauthenticated` are everybody who reaches the API server, without a name or password.",
    mend: "Take the subject out.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}
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
        if matches!(subject.name, "system:anonymous" | "system:unauthenticated") {
            said.at(subject.node.at, "subjects", subject.name);
        }
    }
}

//! `event-deletion-allowed`: role wipes out what happened.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "event-deletion-allowed",
    title: "role wipes out what happened",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa audit-logging", "mitre T1070"],
    aliases: &["C-0031", "KSV042"],
    why: "Events show who started and stopped what: to delete them is to cover tracks.",
    mend: "Take `delete` and `deletecollection` out; events go by themselves.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [events], verbs: [delete]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [events], verbs: [create, patch]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 2] = [
    Grant {
        group: "",
        resources: &["events"],
        verbs: &["delete", "deletecollection"],
    },
    Grant {
        group: "events.k8s.io",
        resources: &["events"],
        verbs: &["delete", "deletecollection"],
    },
];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

//! `service-status-changeable`: role draws traffic for any address to itself.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "service-status-changeable",
    title: "role draws traffic for any address to itself",
    severity: Severity::Low,
    persona: Persona::Auditor,
    answers: &["nsa rbac"],
    aliases: &["CKV2_K8S_4"],
    why: "An address written into the status of a Service is taken by every node as belonging to it (CVE-2020-8554, not mended).",
    mend: "Leave it to the controller of load balancers.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [services/status], verbs: [patch]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [services], verbs: [get]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "",
    resources: &["services/status"],
    verbs: &["update", "patch"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

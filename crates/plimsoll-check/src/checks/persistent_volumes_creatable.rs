//! `persistent-volumes-creatable`: role makes persistent volumes.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "persistent-volumes-creatable",
    title: "role makes persistent volumes",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.1.9", "nsa rbac", "mitre T1611"],
    aliases: &[],
    why: "A persistent volume may be any folder of a node, and Pod Security does not look into it.",
    mend: "Leave it to the provisioners of storage; people make claims.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [persistentvolumes], verbs: [create]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [persistentvolumeclaims], verbs: [create]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "",
    resources: &["persistentvolumes"],
    verbs: &["create", "update", "patch"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    grants::tell(object, &GRANTS, said);
}

//! `cluster-secrets-readable`: role reads the Secrets of every namespace.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "cluster-secrets-readable",
    title: "role reads the Secrets of every namespace",
    severity: Severity::Medium,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.2", "nsa rbac", "nsa secrets", "mitre T1552"],
    aliases: &["CKV2_K8S_5", "KSV041", "C-0015", "C-0186"],
    why: "Among them are the tokens and passwords of everybody else: `list` and `watch` show contents as `get` does.",
    mend: "Use Roles in the namespaces concerned, or name the Secrets by `resourceNames`.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [secrets], verbs: [get, list]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cart}
rules:
  - {apiGroups: [""], resources: [secrets], verbs: [get], resourceNames: [cart-tls]}
"#,
    test: Test::Object(test),
};

const GRANTS: [Grant; 1] = [Grant {
    group: "",
    resources: &["secrets"],
    verbs: &["get", "list", "watch"],
}];

fn test(object: &Object<'_>, said: &mut Said) {
    if object.kind == "ClusterRole" {
        grants::tell(object, &GRANTS, said);
    }
}

//! `namespace-secrets-readable`: role reads every Secret of its namespace.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use crate::grants::Grant;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "namespace-secrets-readable",
    title: "role reads every Secret of its namespace",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.1.2", "nsa rbac", "nsa secrets", "mitre T1552"],
    aliases: &["KSV041", "C-0015", "C-0186"],
    why: "Its holder has the passwords of its neighbours in the namespace too.",
    mend: "Name the Secrets by `resourceNames`, and allow `get` only.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules:
  - {apiGroups: [""], resources: [secrets], verbs: [get, list]}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
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
    if object.kind == "Role" {
        grants::tell(object, &GRANTS, said);
    }
}

//! `missing-role`: binding names a role that is not here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "missing-role",
    title: "binding names a role that is not here",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "It grants nothing today. Whoever makes a role of that name later decides what it grants.",
    mend: "Add the role, or mend the name.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: card}
subjects: [{kind: ServiceAccount, name: cart, namespace: shop}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cart, namespace: shop}
"#,
    good: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects: [{kind: ServiceAccount, name: cart, namespace: shop}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cart, namespace: shop}
"#,
    test: Test::World(test),
};

/// Roles that every cluster has.
fn is_built_in(kind: &str, name: &str) -> bool {
    name.starts_with("system:")
        || (kind == "ClusterRole" && matches!(name, "cluster-admin" | "admin" | "edit" | "view"))
        || (kind == "Role" && name == "extension-apiserver-authentication-reader")
}

fn test(world: &World<'_>, said: &mut Said) {
    for (index, binding) in world.iter() {
        if binding.group() != "rbac.authorization.k8s.io" || !binding.kind.ends_with("Binding") {
            continue;
        }
        let of = |key: &str| binding.node.at_path(&["roleRef", key]);
        let (Some(kind), Some(node)) = (of("kind").and_then(Node::as_str), of("name")) else {
            continue;
        };
        let namespace = if kind == "Role" {
            binding.namespace
        } else {
            ""
        };
        let name = node.as_str().unwrap_or_default();
        let is_there = world.meant(kind, namespace, name).next().is_some();
        if !is_there && !is_built_in(kind, name) && world.knows(kind, namespace) {
            said.object(index, node.at, "roleRef.name", format!("{kind} {name}"));
        }
    }
}

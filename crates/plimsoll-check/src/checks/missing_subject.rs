//! `missing-subject`: binding grants rights to a service account that is not here.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::refs::exists;
use crate::world::World;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "missing-subject",
    title: "binding grants rights to a service account that is not here",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    answers: &[],
    aliases: &[],
    why: "Who may make a service account of that name gets the rights.",
    mend: "Add the service account, or remove the subject.",
    bad: r#"apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: cart, namespace: shop}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}
subjects: [{kind: ServiceAccount, name: card, namespace: shop}]
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

fn test(world: &World<'_>, said: &mut Said) {
    for (index, binding) in world.iter() {
        if binding.group() != "rbac.authorization.k8s.io" || !binding.kind.ends_with("Binding") {
            continue;
        }
        let subjects = binding.node.at_path(&["subjects"]);
        for subject in subjects.map_or(&[][..], Node::items) {
            let of = |key: &str| subject.at_path(&[key]).and_then(Node::as_str);
            if of("kind") != Some("ServiceAccount") {
                continue;
            }
            let namespace = of("namespace").unwrap_or(binding.namespace);
            let name = of("name").unwrap_or_default();
            let is_known = world.knows("ServiceAccount", namespace);
            if is_known && !exists(world, "ServiceAccount", namespace, name) {
                let detail = format!("{namespace}/{name}");
                said.object(index, subject.at, format!("subjects.{detail}"), detail);
            }
        }
    }
}

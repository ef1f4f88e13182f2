//! `cluster-admin-binding`: somebody may do everything in the cluster.

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::grants;
use plimsoll_object::object::Object;

pub const CHECK: Check = Check {
    id: "cluster-admin-binding",
    title: "somebody may do everything in the cluster",
    severity: Severity::High,
    persona: Persona::Regular,
    answers: &["cis-1.12 5.1.1", "nsa rbac", "mitre T1078", "mitre T1098"],
    aliases: &["KSV111", "C-0035", "C-0185"],
    why: "`cluster-admin` reads every Secret and runs anything anywhere. A program needs a fraction of that, and whoever breaks into it gets the whole.",
    mend: "Bind a role with what is needed; people take the rights when they need them, for a time.",
    bad: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects:
  - {kind: ServiceAccount, name: cart, namespace: shop}
",
    good: "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cart}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
  - {kind: ServiceAccount, name: cart, namespace: shop}
",
    test: Test::Object(test),
};

fn test(object: &Object<'_>, said: &mut Said) {
    if let Some((node, "cluster-admin")) = grants::role_name(object)
        && grants::subjects(object).next().is_some()
    {
        said.at(node.at, "roleRef.name", "");
    }
}

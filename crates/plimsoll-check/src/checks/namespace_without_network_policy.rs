//! `namespace-without-network-policy`: no network policy holds in the namespace.

use std::collections::BTreeSet;

use plimsoll_model::Severity;

use crate::check::{Check, Persona, Said, Test};
use crate::world::World;
use plimsoll_object::yaml::Node;

pub const CHECK: Check = Check {
    id: "namespace-without-network-policy",
    title: "no network policy holds in the namespace",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    answers: &["cis-1.12 5.3.2", "nsa network-policies", "mitre T1046"],
    aliases: &["CKV2_K8S_6", "C-0206", "C-0260"],
    why: "Every pod of the cluster reaches every pod here: one that was broken into has all of them before it.",
    mend: "Begin with a policy that denies everything (`podSelector: {}` without rules), then allow what is meant.",
    bad: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
",
    good: "apiVersion: v1
kind: Pod
metadata: {name: cart, namespace: shop}
spec:
  containers:
    - name: cart
      image: registry.example/cart:1.0
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec:
  podSelector: {}
",
    test: Test::World(test),
};

/// Kinds that say who may talk to whom, and whether they hold for all namespaces.
const POLICIES: [(&str, &str, bool); 9] = [
    ("networking.k8s.io", "NetworkPolicy", false),
    ("policy.networking.k8s.io", "AdminNetworkPolicy", true),
    (
        "policy.networking.k8s.io",
        "BaselineAdminNetworkPolicy",
        true,
    ),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy", true),
    ("cilium.io", "CiliumNetworkPolicy", false),
    ("cilium.io", "CiliumClusterwideNetworkPolicy", true),
    ("projectcalico.org", "NetworkPolicy", false),
    ("projectcalico.org", "GlobalNetworkPolicy", true),
    ("crd.projectcalico.org", "GlobalNetworkPolicy", true),
];

fn test(world: &World<'_>, said: &mut Said) {
    let mut covered = BTreeSet::new();
    for (_, object) in world.iter() {
        let policy = POLICIES
            .iter()
            .find(|(group, kind, _)| *group == object.group() && *kind == object.kind);
        match policy {
            Some((_, _, true)) => return,
            Some(_) => {
                covered.insert(object.namespace);
            }
            None => {}
        }
    }
    // Once a namespace, at the first workload in it.
    for (index, object) in world.iter() {
        if let Some(pod) = object.pod()
            && pod.field(&["hostNetwork"]).and_then(Node::as_bool) != Some(true)
            && object.kind != "PodTemplate"
            && covered.insert(object.namespace)
        {
            said.object(
                index,
                object.node.at,
                "metadata.namespace",
                object.namespace,
            );
        }
    }
}

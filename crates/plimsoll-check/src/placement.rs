//! Where the scheduler may put pods: labels of nodes that they ask for.

use plimsoll_object::object::Pod;
use plimsoll_object::yaml::{Node, Place};

/// A label of nodes that a pod asks for.
#[derive(Debug, Clone, Copy)]
pub struct NodeLabel<'a> {
    pub key: &'a str,
    pub at: Place,
    /// The field that names it.
    pub field: &'static str,
}

/// Every label of nodes that a pod asks for: to be put there, or to be spread by.
pub fn node_labels<'a>(pod: &Pod<'a>) -> Vec<NodeLabel<'a>> {
    let mut out = Vec::new();
    for entry in pod.field(&["nodeSelector"]).map_or(&[][..], Node::entries) {
        out.push(NodeLabel {
            key: &entry.key,
            at: entry.at,
            field: "spec.nodeSelector",
        });
    }
    let affinity = |path: &[&str]| pod.field(&["affinity"]).and_then(|node| node.at_path(path));
    let mut terms: Vec<&Node> = Vec::new();
    let required = [
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
    ];
    terms.extend(affinity(&required).map_or(&[][..], Node::items));
    let preferred = [
        "nodeAffinity",
        "preferredDuringSchedulingIgnoredDuringExecution",
    ];
    let preferred = affinity(&preferred).map_or(&[][..], Node::items).iter();
    terms.extend(preferred.filter_map(|term| term.get("preference")));
    for term in terms {
        for expression in term.get("matchExpressions").map_or(&[][..], Node::items) {
            push(expression, "key", "spec.affinity.nodeAffinity", &mut out);
        }
    }
    for (kind, field) in [
        ("podAffinity", "spec.affinity.podAffinity.topologyKey"),
        (
            "podAntiAffinity",
            "spec.affinity.podAntiAffinity.topologyKey",
        ),
    ] {
        for term in pod_terms(pod, kind, false) {
            push(term, "topologyKey", field, &mut out);
        }
    }
    let spread = pod.field(&["topologySpreadConstraints"]);
    for constraint in spread.map_or(&[][..], Node::items) {
        let field = "spec.topologySpreadConstraints.topologyKey";
        push(constraint, "topologyKey", field, &mut out);
    }
    out
}

/// The terms of `podAffinity` or `podAntiAffinity`, those that must hold alone or all.
pub fn pod_terms<'a>(pod: &Pod<'a>, kind: &str, required_only: bool) -> Vec<&'a Node> {
    let of = |key: &str| {
        let list = pod.field(&["affinity", kind, key]);
        list.map_or(&[][..], Node::items).iter()
    };
    let mut out: Vec<&Node> = of("requiredDuringSchedulingIgnoredDuringExecution").collect();
    if !required_only {
        let preferred = of("preferredDuringSchedulingIgnoredDuringExecution");
        out.extend(preferred.filter_map(|term| term.get("podAffinityTerm")));
    }
    out
}

fn push<'a>(node: &'a Node, key: &str, field: &'static str, out: &mut Vec<NodeLabel<'a>>) {
    if let Some(node) = node.get(key)
        && let Some(key) = node.as_str()
    {
        out.push(NodeLabel {
            key,
            at: node.at,
            field,
        });
    }
}

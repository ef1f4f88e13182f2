//! The rules of network policies, as they are written down.
//!
//! Says nothing of who reaches whom in the end.

use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

/// The rules of a NetworkPolicy in a direction, `ingress` or `egress`; none of another object.
pub fn rules<'a>(object: &Object<'a>, direction: &str) -> &'a [Node] {
    let is_policy = object.kind == "NetworkPolicy" && object.group() == "networking.k8s.io";
    let rules = object.node.at_path(&["spec", direction]);
    rules.filter(|_| is_policy).map_or(&[], Node::items)
}

/// The blocks of addresses that rules name, `from` or `to`: each block and its `cidr`.
pub fn blocks<'a>(
    rules: &'a [Node],
    side: &'static str,
) -> impl Iterator<Item = (&'a Node, &'a Node)> {
    let peers = rules
        .iter()
        .flat_map(move |rule| rule.get(side).map_or(&[][..], Node::items));
    peers.filter_map(|peer| {
        let block = peer.at_path(&["ipBlock"])?;
        Some((block, block.at_path(&["cidr"])?))
    })
}

/// The first rule that names neither peers nor ports: everything goes.
pub fn open_rule<'a>(rules: &'a [Node], side: &str) -> Option<&'a Node> {
    let is_empty = |rule: &Node, key: &str| rule.get(key).map_or(&[][..], Node::items).is_empty();
    let mut rules = rules.iter();
    rules.find(|rule| is_empty(rule, side) && is_empty(rule, "ports"))
}

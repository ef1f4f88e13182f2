//! The webhooks that admission asks.

use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

/// A webhook of a configuration.
pub struct Webhook<'a> {
    pub node: &'a Node,
    /// Empty where it has none.
    pub name: &'a str,
}

impl<'a> Webhook<'a> {
    /// Its rules: what is asked about.
    pub fn rules(&self) -> &'a [Node] {
        self.node.get("rules").map_or(&[], Node::items)
    }
}

/// The webhooks of a configuration that checks (`Validating`) or changes (`Mutating`); none of
/// another object.
pub fn webhooks<'a>(
    object: &Object<'a>,
    kinds: &[&str],
) -> impl Iterator<Item = Webhook<'a>> + use<'a> {
    let kind = object.kind.strip_suffix("WebhookConfiguration");
    let is_one = object.group() == "admissionregistration.k8s.io"
        && kind.is_some_and(|kind| kinds.contains(&kind));
    let list = object.node.get("webhooks").filter(|_| is_one);
    list.map_or(&[][..], Node::items)
        .iter()
        .map(|node| Webhook {
            node,
            name: node.get("name").and_then(Node::as_str).unwrap_or_default(),
        })
}

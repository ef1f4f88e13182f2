//! Where Secrets come from.

use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

/// A Secret that was written, not one that a cluster holds: that has an id, or is filled in there.
pub fn is_secret_in_file(object: &Object<'_>) -> bool {
    const FILLED_IN: [&str; 1] = ["kubernetes.io/service-account-token"];
    let metadata = object.node.get("metadata");
    let is_held = |key: &str| metadata.and_then(|metadata| metadata.get(key)).is_some();
    let kind = object.node.get("type").and_then(Node::as_str);
    object.kind == "Secret"
        && object.group().is_empty()
        && !is_held("uid")
        && !is_held("resourceVersion")
        && !kind.is_some_and(|kind| FILLED_IN.contains(&kind))
}

/// Whether a Secret holds logins to registries.
pub fn is_for_registries(object: &Object<'_>) -> bool {
    let kind = object.node.get("type").and_then(Node::as_str);
    matches!(
        kind,
        Some("kubernetes.io/dockerconfigjson" | "kubernetes.io/dockercfg")
    )
}

//! Where Secrets come from: files, and objects that have them made in the cluster.

use crate::object::Object;
use crate::yaml::Node;

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

/// The Secrets that an object has made, by name, in its own namespace: External Secrets, Sealed
/// Secrets, the Secrets Store driver, cert-manager, and the Secret itself.
pub fn secrets_made<'a>(object: &Object<'a>) -> Vec<&'a str> {
    let text = |path: &[&str]| object.node.at_path(path).and_then(Node::as_str);
    let one = |name: Option<&'a str>| Vec::from_iter(name);
    match (object.group(), object.kind) {
        ("", "Secret") => one(Some(object.name)),
        ("external-secrets.io", "ExternalSecret") => {
            one(text(&["spec", "target", "name"]).or(Some(object.name)))
        }
        ("bitnami.com", "SealedSecret") => {
            one(text(&["spec", "template", "metadata", "name"]).or(Some(object.name)))
        }
        ("cert-manager.io", "Certificate") => one(text(&["spec", "secretName"])),
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass") => {
            let copies = object.node.at_path(&["spec", "secretObjects"]);
            let copies = copies.map_or(&[][..], Node::items).iter();
            copies
                .filter_map(|copy| copy.get("secretName")?.as_str())
                .collect()
        }
        _ => Vec::new(),
    }
}

//! What pods mount, and where from.

use plimsoll_object::object::{Container, Pod};
use plimsoll_object::yaml::Node;

/// The volumes of a pod.
pub fn volumes<'a>(pod: &Pod<'a>) -> &'a [Node] {
    pod.field(&["volumes"]).map_or(&[], Node::items)
}

/// The source of the volume of this name: its `hostPath`, its `secret`.
pub fn source<'a>(pod: &Pod<'a>, name: &str, kind: &str) -> Option<&'a Node> {
    let is_named = |volume: &&&Node| volume.get("name").and_then(Node::as_str) == Some(name);
    let mut all = volumes(pod).iter();
    all.find(|volume| is_named(&volume))?.at_path(&[kind])
}

/// The paths of the node that a pod mounts: where each stands, and the path without a slash at its
/// end; the whole node is the empty path.
pub fn host_paths<'a>(pod: &Pod<'a>) -> impl Iterator<Item = (&'a Node, &'a str)> + use<'a> {
    volumes(pod).iter().filter_map(|volume| {
        let node = volume.at_path(&["hostPath", "path"])?;
        let path = node.as_str().filter(|path| !path.is_empty())?;
        Some((node, path.trim_end_matches('/')))
    })
}

/// The mounts of a container.
pub fn mounts<'a>(container: &Container<'a>) -> &'a [Node] {
    container.field(&["volumeMounts"]).map_or(&[], Node::items)
}

/// Mounts of what comes from the node: the mount, and the path on the node.
pub fn host_mounts<'a>(
    container: &Container<'a>,
    pod: &Pod<'a>,
) -> impl Iterator<Item = (&'a Node, &'a str)> + use<'a> {
    let pod = *pod;
    mounts(container).iter().filter_map(move |mount| {
        let name = mount.get("name").and_then(Node::as_str)?;
        let path = source(&pod, name, "hostPath")?.get("path")?.as_str()?;
        Some((mount, path.trim_end_matches('/')))
    })
}

/// `readOnly: true`.
pub fn is_read_only(mount: &Node) -> bool {
    mount.get("readOnly").and_then(Node::as_bool) == Some(true)
}

/// Whether a path is a folder or lies below it.
pub fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Folders and files of a node with credentials: of Kubernetes, of cloud providers, of people.
const CREDENTIALS: [&str; 13] = [
    "/etc/kubernetes",
    "/etc/rancher",
    "/etc/shadow",
    "/etc/ssh",
    "/root/.aws",
    "/root/.azure",
    "/root/.config/gcloud",
    "/root/.docker",
    "/root/.kube",
    "/root/.ssh",
    "/var/lib/kubelet/config.json",
    "/var/lib/kubelet/pki",
    "/var/lib/rancher",
];

/// Whether a path of the node is about its credentials.
pub fn holds_credentials(path: &str) -> bool {
    CREDENTIALS.iter().any(|place| is_in(path, place))
}

#[cfg(test)]
mod tests {
    use super::is_in;

    #[test]
    fn folders_end_at_a_slash() {
        assert!(is_in("/etc", "/etc") && is_in("/etc/ssh", "/etc"));
        assert!(!is_in("/etcetera", "/etc") && !is_in("/", "/etc"));
    }
}

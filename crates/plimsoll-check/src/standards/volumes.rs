//! Where a volume's content comes from.

use super::{Control, Level, Violation};
use plimsoll_object::object::Pod;
use plimsoll_object::yaml::{Node, Value};

pub const HOST_PATH: Control = Control {
    id: "hostPathVolumes",
    level: Level::Baseline,
    since: 0,
    overrides: None,
    test: host_path,
};

pub const RESTRICTED: Control = Control {
    id: "restrictedVolumes",
    level: Level::Restricted,
    since: 0,
    overrides: Some("hostPathVolumes"),
    test: restricted,
};

/// Sources that belong to the pod or to the cluster's own storage.
const ALLOWED_SOURCES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

fn volumes<'a>(pod: &Pod<'a>) -> &'a [Node] {
    pod.field(&["volumes"]).map_or(&[], Node::items)
}

fn host_path(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    for volume in volumes(pod) {
        if let Some(source) = volume.at_path(&["hostPath"]) {
            let path = source.get("path").and_then(Node::as_str);
            let path = path.unwrap_or_default();
            out.push(Violation::pod(source.at, "volumes.hostPath", path));
        }
    }
}

fn restricted(pod: &Pod<'_>, _: u16, out: &mut Vec<Violation>) {
    for volume in volumes(pod) {
        let allowed = |source: &str| volume.at_path(&[source]).is_some();
        if ALLOWED_SOURCES.iter().any(|source| allowed(source)) {
            continue;
        }
        let mut others = volume.entries().iter();
        let source = others.find(|entry| &*entry.key != "name" && entry.value.value != Value::Null);
        // A volume without a source is given an empty folder before admission sees it.
        if let Some(source) = source {
            out.push(Violation::pod(source.at, "volumes", &*source.key));
        }
    }
}

//! What a cluster sends, and the files that say where it is.

use plimsoll_cluster::fuzz;
use plimsoll_object::{objects, yaml};

use super::target;
use crate::Target;
use crate::seeds::cluster as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "cluster_list",
        "pages of lists of an API server",
        Some("report"),
        list,
        seeds::lists
    ),
    target!(
        "cluster_served",
        "what an API server says that it serves",
        Some("report"),
        served,
        seeds::served
    ),
    target!(
        "kubeconfig",
        "kubeconfig files",
        None,
        kubeconfig,
        seeds::kubeconfigs
    ),
];

/// An object is one line, one document of YAML with the same names, and nothing in it is a comment.
fn list(data: &[u8]) {
    for item in fuzz::page(data) {
        assert!(!item.json.contains(&b'\n') && !item.json.contains(&b'#'));
        let (documents, error) = yaml::parse(&item.json);
        // YAML is stricter than JSON about long keys and deep nesting; then it says so.
        if error.is_some() {
            continue;
        }
        let [document] = documents.as_slice() else {
            panic!("{} documents", documents.len());
        };
        let mut found = Vec::new();
        objects(&document.root, &mut found);
        let [object] = found.as_slice() else {
            panic!("{} objects", found.len());
        };
        assert_eq!((object.kind, object.name), ("Deployment", &*item.name));
        assert_eq!(object.namespace, item.namespace);
    }
}

/// No path leads elsewhere.
fn served(data: &[u8]) {
    for path in fuzz::served(data) {
        assert!(path.starts_with("/api"), "{path}");
        assert!(!path.contains(['?', '#', '%', '\\', ' ']), "{path}");
        assert!(
            path.split('/').skip(1).all(|part| !part.is_empty()),
            "{path}"
        );
    }
}

fn kubeconfig(data: &[u8]) {
    // Files that it names would be read: one that fuzzing found out is none of its business.
    if let Ok(text) = std::str::from_utf8(data)
        && !text.contains(['/', '.', '~'])
    {
        let once = fuzz::server(text);
        assert_eq!(once, fuzz::server(text));
        assert!(once.is_err() || once.is_ok_and(|server| !server.is_empty()));
    }
}

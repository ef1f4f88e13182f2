//! What of an object is kept for checks that look at several: the rest is dropped as soon as the
//! object was looked at alone, so that a hundred thousand fit into memory.
//!
//! The lists below are the whole of it. A check over the world that reads what is not kept finds
//! nothing there; a test runs all of them over whole and over pruned worlds.

use std::sync::Arc;

use plimsoll_object::object::Object;
use plimsoll_object::yaml::{Entry, Node, Value, Word};

/// Longest value of an annotation that is kept, in bytes; of a longer one the key stays.
const ANNOTATION_BYTES_MAX: usize = 256;

/// What is kept of a value.
enum Keep {
    All,
    /// Of a map the keys, with empty text for values.
    Keys,
    /// Of a map the keys, and values that are short.
    Short,
    /// Of a map these fields.
    Fields(&'static [(&'static str, Keep)]),
    /// Of a map all but these fields.
    AllBut(&'static [(&'static str, Option<Keep>)]),
    /// Of each item of a list.
    Items(&'static Keep),
    /// Of a list the items that have this field.
    Having(&'static str),
}

use Keep::{All, AllBut, Fields, Having, Items, Keys, Short};

const METADATA: Keep = Fields(&[
    ("name", All),
    ("generateName", All),
    ("namespace", All),
    ("labels", All),
    ("annotations", Short),
    ("ownerReferences", All),
    // Only what was read from a cluster has one.
    ("uid", All),
]);

/// An object of any kind: all but what the cluster writes.
const OBJECT: Keep = AllBut(&[("metadata", Some(METADATA)), ("status", None)]);

/// ConfigMaps and Secrets: names of keys, no values.
const DATA: Keep = AllBut(&[
    ("metadata", Some(METADATA)),
    ("data", Some(Keys)),
    ("binaryData", Some(Keys)),
    ("stringData", Some(Keys)),
]);

/// Definitions of resources: names and versions, no schemas.
const DEFINITION: Keep = Fields(&[
    ("apiVersion", All),
    ("kind", All),
    ("metadata", METADATA),
    (
        "spec",
        Fields(&[
            ("group", All),
            ("names", All),
            ("scope", All),
            ("conversion", All),
            (
                "versions",
                Items(&Fields(&[
                    ("name", All),
                    ("served", All),
                    ("storage", All),
                    ("deprecated", All),
                ])),
            ),
        ]),
    ),
]);

const POD: Keep = Fields(&[
    ("containers", Items(&CONTAINER)),
    ("ephemeralContainers", Items(&CONTAINER)),
    ("hostNetwork", All),
    ("imagePullSecrets", All),
    ("initContainers", Items(&CONTAINER)),
    ("priorityClassName", All),
    ("resourceClaims", All),
    ("resources", All),
    ("restartPolicy", All),
    ("runtimeClassName", All),
    ("serviceAccount", All),
    ("serviceAccountName", All),
    ("volumes", Items(&VOLUME)),
]);

/// What is of the pod or of its node refers to nothing.
const VOLUME: Keep = AllBut(&[
    ("downwardAPI", None),
    ("emptyDir", None),
    ("hostPath", None),
]);

/// Probes, mounts and images are for checks of one object.
const CONTAINER: Keep = Fields(&[
    ("name", All),
    ("env", Having("valueFrom")),
    ("envFrom", All),
    ("lifecycle", Keys),
    ("ports", All),
    ("resources", All),
    // Tells a sidecar.
    ("restartPolicy", All),
]);

/// The object as a tree of its own, with what checks over the world may read.
pub fn pruned(object: &Object<'_>) -> Node {
    let kept = match (object.group(), object.kind) {
        ("", "ConfigMap" | "Secret") => kept(object.node, &DATA),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => kept(object.node, &DEFINITION),
        _ => kept(object.node, &OBJECT),
    };
    match object.pod_holder() {
        Some(path) => replaced(&kept, path),
        None => kept,
    }
}

/// The tree with the pod at the end of a path pruned.
fn replaced(node: &Node, path: &[&str]) -> Node {
    map(node, |entry| match path.split_first() {
        Some((key, rest)) if entry.key.is(key) => Some(replaced(&entry.value, rest)),
        None if entry.key.is("spec") => Some(kept(&entry.value, &POD)),
        None if entry.key.is("metadata") => Some(kept(&entry.value, &METADATA)),
        _ => Some(entry.value.clone()),
    })
}

fn kept(node: &Node, keep: &Keep) -> Node {
    match keep {
        All => node.clone(),
        Keys => map(node, |entry| Some(empty(&entry.value))),
        Short => map(node, |entry| {
            let length = entry.value.as_str().map_or(0, str::len);
            Some(if length <= ANNOTATION_BYTES_MAX {
                entry.value.clone()
            } else {
                empty(&entry.value)
            })
        }),
        Fields(fields) => map(node, |entry| {
            let (_, keep) = fields.iter().find(|(key, _)| entry.key.is(key))?;
            Some(kept(&entry.value, keep))
        }),
        AllBut(fields) => map(node, |entry| {
            match fields.iter().find(|(key, _)| entry.key.is(key)) {
                Some((_, keep)) => Some(kept(&entry.value, keep.as_ref()?)),
                None => Some(entry.value.clone()),
            }
        }),
        Items(keep) => match &node.value {
            Value::List(items) => Node {
                at: node.at,
                value: Value::List(items.iter().map(|item| kept(item, keep)).collect()),
            },
            _ => node.clone(),
        },
        Having(field) => match &node.value {
            Value::List(items) => {
                let having = items.iter().filter(|item| item.get(field).is_some());
                Node {
                    at: node.at,
                    value: Value::List(having.cloned().collect()),
                }
            }
            _ => node.clone(),
        },
    }
}

/// A map's entries with other values, without those that have none; anything else as it is.
fn map(node: &Node, value: impl Fn(&Entry) -> Option<Node>) -> Node {
    let Value::Map(entries) = &node.value else {
        return node.clone();
    };
    let entries: Vec<Entry> = entries
        .iter()
        .filter_map(|entry| {
            Some(Entry {
                key: entry.key.clone(),
                at: entry.at,
                value: value(entry)?,
            })
        })
        .collect();
    Node {
        at: node.at,
        value: Value::Map(Arc::from(entries)),
    }
}

fn empty(node: &Node) -> Node {
    Node {
        at: node.at,
        value: Value::Text(Word::from("")),
    }
}

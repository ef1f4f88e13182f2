//! Pods that a controller made are told at the controller: but only where it was read, and makes pods
//! that run as they do. What merely claims to belong to somebody is counted like any other.

use std::collections::BTreeMap;

use plimsoll_object::object::Object;
use plimsoll_object::yaml::Node;

use super::super::model::Use;

/// Owners of owners that are followed.
const GENERATIONS_MAX: usize = 8;

/// What a workload is found by: namespace, group, kind and name.
type Key = [Box<str>; 4];

/// A workload, and whom it says it belongs to.
pub(super) struct Kin {
    used: Use,
    key: Key,
    /// Empty where it has none: in files.
    uid: Box<str>,
    /// Each with the `uid` that it gives.
    owners: Vec<(Key, Box<str>)>,
    /// Makes no pods: an old ReplicaSet that a Deployment keeps.
    is_idle: bool,
}

impl Kin {
    pub(super) fn read(object: &Object<'_>, used: Use) -> Self {
        let node = object.node;
        let references = node.at_path(&["metadata", "ownerReferences"]);
        let owner = |owner: &Node| {
            let text = |key: &str| owner.get(key).and_then(Node::as_str).unwrap_or_default();
            let group = text("apiVersion").split_once('/').map_or("", |it| it.0);
            let key = [&used.namespace, group, text("kind"), text("name")].map(Into::into);
            (key, text("uid").into())
        };
        let uid = node.at_path(&["metadata", "uid"]).and_then(Node::as_str);
        let replicas = node.at_path(&["spec", "replicas"]).and_then(Node::as_int);
        Self {
            key: [&used.namespace, object.group(), object.kind, object.name].map(Into::into),
            uid: uid.unwrap_or_default().into(),
            owners: references
                .map_or(&[][..], Node::items)
                .iter()
                .map(owner)
                .collect(),
            is_idle: object.kind == "ReplicaSet" && replicas == Some(0),
            used,
        }
    }

    /// Whether pods of both run alike.
    fn is_alike(&self, other: &Self) -> bool {
        self.used.account == other.used.account && self.used.mounts == other.used.mounts
    }
}

/// Those that nobody else stands for.
pub(super) fn heads(all: Vec<Kin>) -> Vec<Use> {
    let at: BTreeMap<&Key, usize> = all.iter().map(|kin| &kin.key).zip(0..).collect();
    let owner_of = |kin: &Kin| {
        kin.owners.iter().find_map(|(key, uid)| {
            let index = *at.get(key)?;
            let owner = all.get(index)?;
            // One of the same name that was made anew is another one.
            let is_other = !uid.is_empty() && !owner.uid.is_empty() && *uid != owner.uid;
            (!is_other && (kin.is_idle || owner.is_alike(kin))).then_some(index)
        })
    };
    let owners: Vec<Option<usize>> = all.iter().map(owner_of).collect();
    let has_head = |index: usize| {
        let mut at = index;
        for _ in 0..GENERATIONS_MAX {
            match owners.get(at) {
                Some(Some(owner)) => at = *owner,
                _ => return at != index,
            }
        }
        // They own each other in a circle: nobody stands for them.
        false
    };
    let stood_for: Vec<bool> = (0..all.len()).map(has_head).collect();
    all.into_iter()
        .zip(stood_for)
        .filter_map(|(kin, is_stood_for)| (!is_stood_for).then_some(kin.used))
        .collect()
}

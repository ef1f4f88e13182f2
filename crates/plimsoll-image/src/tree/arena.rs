//! Nodes of a tree in flat arrays, found by parent and name through an open-addressing table.
//!
//! A removed node keeps its place and is marked; putting the same name there again revives it. A
//! folder that is emptied lets go of its children, so that emptying it again and again costs
//! nothing: a layer may say so a million times.

use std::hash::{BuildHasher, RandomState};

use crate::EntryKind;
use crate::limits::{TREE_NODES_MAX, TREE_TEXT_BYTES_MAX};

/// Position of a node.
pub(super) type NodeId = u32;
/// The root folder; its own parent.
pub(super) const ROOT: NodeId = 0;
/// No node, no layer.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Node {
    parent: NodeId,
    first_child: NodeId,
    next_sibling: NodeId,
    /// Which layer it comes from; `NONE` when it was removed.
    layer: u32,
    name_start: u32,
    link_start: u32,
    name_len: u16,
    link_len: u16,
    kind: EntryKind,
    /// In its parent's list of children.
    listed: bool,
}

/// All nodes of one tree.
#[derive(Debug)]
pub(super) struct Arena {
    nodes: Vec<Node>,
    /// Names and link targets, one behind the other.
    text: String,
    /// Node ids by hash of parent and name; `NONE` is free. At most half full.
    table: Vec<u32>,
    hasher: RandomState,
    /// Something had no room.
    pub(super) overflowed: bool,
}

impl Default for Arena {
    fn default() -> Self {
        let root = Node {
            parent: ROOT,
            first_child: NONE,
            next_sibling: NONE,
            layer: 0,
            name_start: 0,
            link_start: 0,
            name_len: 0,
            link_len: 0,
            kind: EntryKind::Directory,
            listed: false,
        };
        Self {
            nodes: vec![root],
            text: String::new(),
            table: vec![NONE; 16],
            hasher: RandomState::new(),
            overflowed: false,
        }
    }
}

impl Arena {
    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    pub(super) fn kind(&self, id: NodeId) -> EntryKind {
        self.node(id).map_or(EntryKind::Directory, |node| node.kind)
    }

    /// The layer it comes from, if it is there.
    pub(super) fn layer(&self, id: NodeId) -> Option<u32> {
        self.node(id)
            .map(|node| node.layer)
            .filter(|layer| *layer != NONE)
    }

    pub(super) fn parent(&self, id: NodeId) -> NodeId {
        self.node(id).map_or(ROOT, |node| node.parent)
    }

    pub(super) fn name(&self, id: NodeId) -> &str {
        self.node(id)
            .map_or("", |node| self.slice(node.name_start, node.name_len))
    }

    /// Target of a symlink.
    pub(super) fn link(&self, id: NodeId) -> &str {
        self.node(id)
            .map_or("", |node| self.slice(node.link_start, node.link_len))
    }

    fn slice(&self, start: u32, len: u16) -> &str {
        let start = start as usize;
        self.text
            .get(start..start + usize::from(len))
            .unwrap_or_default()
    }

    /// The path from the root.
    pub(super) fn path(&self, id: NodeId) -> String {
        let mut names = Vec::new();
        let mut at = id;
        while at != ROOT {
            names.push(self.name(at));
            at = self.parent(at);
        }
        names.reverse();
        names.join("/")
    }

    /// Shows every child; among them may be removed ones.
    pub(super) fn children(&self, id: NodeId, mut see: impl FnMut(NodeId)) {
        let mut at = self.node(id).map_or(NONE, |node| node.first_child);
        while let Some(node) = self.node(at) {
            see(at);
            at = node.next_sibling;
        }
    }

    /// The child of this name, removed or not.
    pub(super) fn child(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        let mask = self.table.len() - 1;
        let mut slot = self.hash(parent, name) & mask;
        loop {
            let id = *self.table.get(slot)?;
            let node = self.node(id)?;
            if node.parent == parent && id != ROOT && self.name(id) == name {
                return Some(id);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn hash(&self, parent: NodeId, name: &str) -> usize {
        self.hasher.hash_one((parent, name)) as usize
    }

    /// Puts an entry below a folder, replacing or reviving what has its name. What a folder holds
    /// stays when a folder is put over it, and goes when anything else is.
    pub(super) fn put(
        &mut self,
        parent: NodeId,
        name: &str,
        kind: EntryKind,
        layer: u32,
        link: &str,
    ) -> NodeId {
        let known = self.child(parent, name);
        let Some(id) = known.or_else(|| self.add(parent, name)) else {
            self.overflowed = true;
            return parent;
        };
        if kind != EntryKind::Directory {
            self.remove_children(id);
        }
        self.list(parent, id);
        let unchanged = self.link(id) == link;
        let link_start = self.text.len() as u32;
        let mut link_len = u16::try_from(link.len()).unwrap_or(0);
        if link_len > 0 && !unchanged {
            if self.has_room(link) {
                self.text.push_str(link);
            } else {
                self.overflowed = true;
                link_len = 0;
            }
        }
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.kind = kind;
            node.layer = layer;
            if !unchanged {
                node.link_start = link_start;
                node.link_len = link_len;
            }
        }
        id
    }

    fn has_room(&self, text: &str) -> bool {
        self.text.len() + text.len() <= TREE_TEXT_BYTES_MAX
    }

    fn add(&mut self, parent: NodeId, name: &str) -> Option<NodeId> {
        if self.nodes.len() >= TREE_NODES_MAX || !self.has_room(name) {
            return None;
        }
        let id = u32::try_from(self.nodes.len()).ok()?;
        let name_start = u32::try_from(self.text.len()).ok()?;
        let name_len = u16::try_from(name.len()).ok()?;
        self.text.push_str(name);
        self.nodes.push(Node {
            parent,
            first_child: NONE,
            next_sibling: NONE,
            layer: NONE,
            name_start,
            link_start: 0,
            name_len,
            link_len: 0,
            kind: EntryKind::File,
            listed: false,
        });
        if self.nodes.len() * 2 > self.table.len() {
            self.grow();
        } else {
            self.insert(id);
        }
        Some(id)
    }

    /// Puts a node into its parent's list of children, unless it is there.
    fn list(&mut self, parent: NodeId, id: NodeId) {
        let Some(first_child) = self.node(parent).map(|node| node.first_child) else {
            return;
        };
        match self.nodes.get_mut(id as usize) {
            Some(node) if !node.listed => {
                node.listed = true;
                node.next_sibling = first_child;
            }
            _ => return,
        }
        if let Some(node) = self.nodes.get_mut(parent as usize) {
            node.first_child = id;
        }
    }

    fn insert(&mut self, id: NodeId) {
        let mask = self.table.len() - 1;
        let mut slot = self.hash(self.parent(id), self.name(id)) & mask;
        while let Some(taken) = self.table.get_mut(slot) {
            if *taken == NONE {
                *taken = id;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        self.table = vec![NONE; self.table.len() * 2];
        for id in 1..self.nodes.len() as u32 {
            self.insert(id);
        }
    }

    /// Removes a node and everything below it.
    pub(super) fn remove(&mut self, id: NodeId) {
        self.remove_children(id);
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.layer = NONE;
        }
    }

    /// Removes everything below a node.
    pub(super) fn remove_children(&mut self, id: NodeId) {
        let mut pending = vec![id];
        while let Some(folder) = pending.pop() {
            let Some(node) = self.nodes.get_mut(folder as usize) else {
                continue;
            };
            let mut at = std::mem::replace(&mut node.first_child, NONE);
            while let Some(child) = self.nodes.get_mut(at as usize) {
                child.listed = false;
                // What was removed before has nothing below it.
                if child.layer != NONE {
                    child.layer = NONE;
                    pending.push(at);
                }
                at = std::mem::replace(&mut child.next_sibling, NONE);
            }
        }
    }
}

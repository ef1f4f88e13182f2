//! The layers of an image laid over each other: what a process in the container would see.
//!
//! Holds names, kinds and which layer each path comes from, in about 60 bytes a path; no content.
//! Implements the layer semantics of the OCI image specification: whiteouts and opaque folders
//! hide what lower layers have, never what their own layer brings. Symlinks resolve inside the
//! tree only.

mod arena;

use crate::index::{IndexEntry, IndexKind};
use crate::limits::{LINK_HOPS_MAX, LINK_PARTS_MAX};
use crate::{EntryKind, LayerIndex};

use self::arena::{Arena, NodeId, ROOT};

/// The file system that layers make together.
#[derive(Debug, Default)]
pub struct Tree {
    arena: Arena,
}

/// Lays layers over each other, lowest first.
#[derive(Debug, Default)]
pub struct TreeBuilder {
    tree: Tree,
    layers: u32,
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Without any symlink on the way.
    pub path: String,
    pub kind: EntryKind,
    /// Position of the layer it comes from, lowest first.
    pub layer: usize,
}

impl TreeBuilder {
    /// Adds the next layer above.
    pub fn layer(&mut self, index: &LayerIndex) {
        let layer = self.layers;
        self.layers += 1;
        // Whiteouts speak of lower layers only, wherever in the layer they stand.
        index.visit(|entry| match entry.kind {
            IndexKind::Whiteout => self.tree.white_out(entry.path),
            IndexKind::Opaque => self.tree.clear(entry.path),
            IndexKind::Entry(_) => {}
        });
        index.visit(|entry| {
            if let IndexKind::Entry(kind) = entry.kind {
                self.tree.put(&entry, kind, layer);
            }
        });
    }

    /// The tree of all layers added.
    pub fn finish(self) -> Tree {
        self.tree
    }
}

impl Tree {
    /// Whether every path had room; see [`TREE_NODES_MAX`](crate::limits::TREE_NODES_MAX).
    pub const fn is_complete(&self) -> bool {
        !self.arena.overflowed
    }

    /// Position of the layer whose entry a process sees at this path; symlinks on the way there
    /// are followed, a symlink at its end is the answer itself.
    pub fn winner(&self, path: &str) -> Option<usize> {
        let node = self.walk(path, false)?;
        self.arena.layer(node).map(|layer| layer as usize)
    }

    /// Follows all symlinks, inside the tree only. `None`: nothing there, or a loop.
    pub fn resolve(&self, path: &str) -> Option<Resolved> {
        let node = self.walk(path, true)?;
        Some(Resolved {
            path: self.arena.path(node),
            kind: self.arena.kind(node),
            layer: self.arena.layer(node)? as usize,
        })
    }

    /// Links in the root folder that lead to folders, as `("bin", "usr/bin")`, sorted.
    pub fn root_links(&self) -> Vec<(String, String)> {
        let mut links = Vec::new();
        self.arena.children(ROOT, |child| {
            if self.arena.kind(child) != EntryKind::Symlink || self.arena.layer(child).is_none() {
                return;
            }
            let name = self.arena.path(child);
            if let Some(leads_to) = self.resolve(&name)
                && leads_to.kind == EntryKind::Directory
            {
                links.push((name, leads_to.path));
            }
        });
        links.sort();
        links
    }

    /// Shows every path that is there, parents before children, siblings in no fixed order.
    pub fn visit(&self, mut see: impl FnMut(&str, EntryKind, usize)) {
        let mut pending = vec![(ROOT, String::new())];
        while let Some((folder, path)) = pending.pop() {
            self.arena.children(folder, |child| {
                let Some(layer) = self.arena.layer(child) else {
                    return;
                };
                let name = self.arena.name(child);
                let full = if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}/{name}")
                };
                see(&full, self.arena.kind(child), layer as usize);
                if self.arena.kind(child) == EntryKind::Directory {
                    pending.push((child, full));
                }
            });
        }
    }

    /// Walks to a path. `through`: also follow a symlink at its end.
    fn walk(&self, path: &str, through: bool) -> Option<NodeId> {
        self.walk_from(ROOT, path, through)
    }

    fn walk_from(&self, start: NodeId, path: &str, through: bool) -> Option<NodeId> {
        let mut at = start;
        let (mut links, mut link_parts) = (0, 0);
        // Parts still to go, last first; links push their target's parts.
        let mut parts: Vec<&str> = path.split('/').rev().collect();
        while let Some(part) = parts.pop() {
            match part {
                "" | "." => continue,
                ".." => {
                    at = self.arena.parent(at);
                    continue;
                }
                _ => {}
            }
            let child = self
                .arena
                .child(at, part)
                .filter(|c| self.arena.layer(*c).is_some())?;
            let is_last = parts.iter().all(|part| part.is_empty());
            if self.arena.kind(child) != EntryKind::Symlink || (is_last && !through) {
                at = child;
                continue;
            }
            let target = self.arena.link(child);
            if target.starts_with('/') {
                at = ROOT;
            }
            let before = parts.len();
            parts.extend(target.split('/').rev());
            links += 1;
            link_parts += parts.len() - before;
            if links > LINK_HOPS_MAX || link_parts > LINK_PARTS_MAX {
                return None;
            }
        }
        Some(at)
    }

    fn white_out(&mut self, path: &str) {
        if let Some(node) = self.walk(path, false).filter(|node| *node != ROOT) {
            self.arena.remove(node);
        }
    }

    /// Hides what a folder holds; the folder itself stays.
    fn clear(&mut self, path: &str) {
        if let Some(node) = self.walk(path, true) {
            self.arena.remove_children(node);
        }
    }

    fn put(&mut self, entry: &IndexEntry<'_>, kind: EntryKind, layer: u32) {
        let (parent, name) = match entry.path.rsplit_once('/') {
            Some((parent, name)) => (self.folder(parent, layer), name),
            None => (ROOT, entry.path),
        };
        let link = if kind == EntryKind::Symlink {
            entry.link
        } else {
            ""
        };
        self.arena.put(parent, name, kind, layer, link);
    }

    /// The folder at a path, made where it is missing. A symlink on the way is followed where it
    /// leads to a folder, as unpacking does, and replaced where it does not.
    fn folder(&mut self, path: &str, layer: u32) -> NodeId {
        if let Some(node) = self.walk(path, true)
            && self.arena.kind(node) == EntryKind::Directory
        {
            return node;
        }
        let mut at = ROOT;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let there = self
                .walk_from(at, part, true)
                .filter(|node| self.arena.kind(*node) == EntryKind::Directory);
            at = match there {
                Some(node) => node,
                None => self.arena.put(at, part, EntryKind::Directory, layer, ""),
            };
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::IndexBuilder;

    const FILE: IndexKind = IndexKind::Entry(EntryKind::File);
    const FOLDER: IndexKind = IndexKind::Entry(EntryKind::Directory);
    const LINK: IndexKind = IndexKind::Entry(EntryKind::Symlink);

    fn tree(layers: &[&[(IndexKind, &str, &str)]]) -> Tree {
        let mut builder = TreeBuilder::default();
        for layer in layers {
            let mut index = IndexBuilder::default();
            for (kind, path, link) in *layer {
                assert!(index.push(&IndexEntry {
                    kind: *kind,
                    path,
                    link
                }));
            }
            builder.layer(&index.finish());
        }
        builder.finish()
    }

    fn list(tree: &Tree) -> Vec<(String, usize)> {
        let mut out = Vec::new();
        tree.visit(|path, _, layer| out.push((path.to_owned(), layer)));
        out.sort();
        out
    }

    #[test]
    fn upper_layers_replace_and_remove() {
        let tree = tree(&[
            &[
                (FILE, "a/one", ""),
                (FILE, "a/two", ""),
                (FILE, "b/three", ""),
                (FILE, "c", ""),
            ],
            &[
                (FILE, "a/one", ""),
                (IndexKind::Whiteout, "a/two", ""),
                (IndexKind::Whiteout, "b", ""),
            ],
            &[(FOLDER, "c", ""), (FILE, "c/d", "")],
        ]);
        assert_eq!(tree.winner("a/one"), Some(1));
        assert_eq!(tree.winner("a/two"), None);
        assert_eq!(tree.winner("b"), None);
        assert_eq!(tree.winner("b/three"), None);
        assert_eq!(tree.winner("c"), Some(2));
        assert_eq!(tree.winner("c/d"), Some(2));
    }

    #[test]
    fn whiteouts_hide_lower_layers_only() {
        // The marker stands behind what its own layer brings.
        let tree = tree(&[
            &[(FILE, "d/old", ""), (FILE, "e", "")],
            &[
                (FILE, "d/new", ""),
                (IndexKind::Opaque, "d", ""),
                (FILE, "e", ""),
                (IndexKind::Whiteout, "e", ""),
            ],
        ]);
        assert_eq!(
            list(&tree),
            [("d".into(), 0), ("d/new".into(), 1), ("e".into(), 1)]
        );
    }

    #[test]
    fn what_was_removed_does_not_come_back_with_its_folder() {
        let tree = tree(&[
            &[(FILE, "d/x/old", "")],
            &[(IndexKind::Whiteout, "d", "")],
            &[(FOLDER, "d", ""), (FOLDER, "d/x", ""), (FILE, "d/new", "")],
        ]);
        assert_eq!(
            list(&tree),
            [("d".into(), 2), ("d/new".into(), 2), ("d/x".into(), 2)]
        );
    }

    #[test]
    fn a_file_over_a_folder_hides_what_was_in_it() {
        let tree = tree(&[&[(FILE, "d/x", "")], &[(FILE, "d", "")]]);
        assert_eq!(list(&tree), [("d".into(), 1)]);
    }

    #[test]
    fn links_resolve_inside_the_tree_only() {
        let tree = tree(&[&[
            (LINK, "lib", "usr/lib"),
            (FILE, "usr/lib/x", ""),
            (LINK, "abs", "/usr/lib/x"),
            (LINK, "out", "../../../../etc/passwd"),
            (FILE, "etc/passwd", ""),
            (LINK, "loop", "loop"),
            (LINK, "nowhere", "usr/none"),
        ]]);
        let leads_to = |path: &str| tree.resolve(path).map(|found| found.path);
        assert_eq!(leads_to("lib/x"), Some("usr/lib/x".into()));
        assert_eq!(leads_to("abs"), Some("usr/lib/x".into()));
        assert_eq!(leads_to("out"), Some("etc/passwd".into()));
        assert_eq!(leads_to("loop"), None);
        assert_eq!(leads_to("nowhere"), None);
        assert_eq!(tree.winner("nowhere"), Some(0));
        assert_eq!(
            tree.root_links(),
            [("lib".to_owned(), "usr/lib".to_owned())]
        );
    }

    #[test]
    fn links_of_very_many_parts_lead_nowhere() {
        let target = |parts: usize| format!("{}c", "d/../".repeat(parts / 2));
        let (long, longer) = (target(LINK_PARTS_MAX - 2), target(LINK_PARTS_MAX));
        let tree = tree(&[&[
            (FILE, "c", ""),
            (FOLDER, "d", ""),
            (LINK, "long", &long),
            (LINK, "longer", &longer),
        ]]);
        let leads_to = |path: &str| tree.resolve(path).map(|found| found.path);
        assert_eq!(leads_to("long"), Some("c".into()));
        assert_eq!(leads_to("longer"), None);
    }

    /// A layer may empty a folder as often as it likes: what is gone costs nothing again. Were the
    /// folder gone through each time, this would take an hour.
    #[test]
    fn a_folder_that_is_emptied_many_times() {
        const COUNT: usize = 100_000;
        fn entry(kind: IndexKind, path: &str) -> IndexEntry<'_> {
            IndexEntry {
                kind,
                path,
                link: "",
            }
        }
        let mut lower = IndexBuilder::default();
        let mut upper = IndexBuilder::default();
        for number in 0..COUNT {
            assert!(lower.push(&entry(FILE, &format!("d/{number}"))));
            assert!(upper.push(&entry(IndexKind::Opaque, "d")));
        }
        for _ in 0..COUNT {
            assert!(upper.push(&entry(FILE, "d")));
        }
        let mut builder = TreeBuilder::default();
        builder.layer(&lower.finish());
        builder.layer(&upper.finish());
        assert_eq!(list(&builder.finish()), [("d".into(), 1)]);
    }

    #[test]
    fn an_entry_below_a_link_lands_where_the_link_leads() {
        let tree = tree(&[
            &[(LINK, "lib", "usr/lib"), (FILE, "usr/lib/x", "")],
            &[(FILE, "lib/x", ""), (FILE, "lib/y", "")],
        ]);
        assert_eq!(tree.winner("usr/lib/x"), Some(1));
        assert_eq!(tree.winner("lib/x"), Some(1));
        assert_eq!(tree.winner("usr/lib/y"), Some(1));
    }

    /// The same semantics in the plainest possible form: a sorted map of paths.
    fn model(layers: &[Vec<(u8, String)>]) -> Vec<(String, usize)> {
        let mut seen = std::collections::BTreeMap::<String, (bool, usize)>::new();
        for (layer, entries) in layers.iter().enumerate() {
            let below = |path: &str, other: &str| other.starts_with(&format!("{path}/"));
            for (kind, path) in entries {
                match kind {
                    0 => seen.retain(|other, _| other != path && !below(path, other)),
                    // Only a folder can be opaque.
                    1 if seen.get(path).is_some_and(|(folder, _)| *folder) => {
                        seen.retain(|other, _| !below(path, other));
                    }
                    _ => {}
                }
            }
            for (kind, path) in entries.iter().filter(|(kind, _)| *kind >= 2) {
                let mut parent = String::new();
                let mut parts: Vec<&str> = path.split('/').collect();
                parts.pop();
                for part in parts {
                    parent = if parent.is_empty() {
                        part.into()
                    } else {
                        format!("{parent}/{part}")
                    };
                    if !seen.get(&parent).is_some_and(|(folder, _)| *folder) {
                        seen.insert(parent.clone(), (true, layer));
                    }
                }
                let is_folder = *kind == 2;
                if !is_folder {
                    seen.retain(|other, _| !below(path, other));
                }
                seen.insert(path.clone(), (is_folder, layer));
            }
        }
        seen.into_iter()
            .map(|(path, (_, layer))| (path, layer))
            .collect()
    }

    proptest! {
        #[test]
        fn agrees_with_the_plain_model(
            layers in proptest::collection::vec(
                proptest::collection::vec((0_u8..4, "[ab](/[ab]){0,3}"), 0..12), 1..5)
        ) {
            let mut builder = TreeBuilder::default();
            for layer in &layers {
                let mut index = IndexBuilder::default();
                for (kind, path) in layer {
                    let kind = [IndexKind::Whiteout, IndexKind::Opaque, FOLDER, FILE][usize::from(*kind)];
                    let pushed = index.push(&IndexEntry { kind, path, link: "" });
                    prop_assert!(pushed);
                }
                builder.layer(&index.finish());
            }
            prop_assert_eq!(list(&builder.finish()), model(&layers));
        }
    }
}

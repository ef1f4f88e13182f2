//! The tree of cgroups as it is when the sensor begins.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::table::CGROUPS_MAX;
use crate::capped;

/// Deepest cgroup that is looked at.
const DEPTH_MAX: usize = 48;

/// A cgroup of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cgroup {
    /// As `bpf_get_current_cgroup_id` gives it: the folder's inode.
    pub id: u64,
    /// Below the root of the hierarchy.
    pub path: Vec<u8>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Tree {
    /// The ones above come first.
    pub cgroups: Vec<Cgroup>,
    /// Folders that were not looked at: too many, too deep, or gone meanwhile.
    pub left_out: u64,
}

/// Where version 2 is mounted: on its own, or beside version 1.
pub fn mount(proc: &Path) -> Option<PathBuf> {
    let text = capped::text(&proc.join("self/mounts"), capped::PROC_BYTES_MAX).ok()?;
    text.lines().find_map(|line| {
        let mut words = line.split(' ');
        let (_, folder, kind) = (words.next()?, words.next()?, words.next()?);
        (kind == "cgroup2").then(|| PathBuf::from(folder))
    })
}

/// Reads the tree below a mount of version 2.
pub fn tree(mount: &Path) -> Tree {
    let mut tree = Tree::default();
    let mut next = vec![(mount.to_owned(), 0)];
    while let Some((folder, depth)) = next.pop() {
        let Ok(meta) = std::fs::symlink_metadata(&folder) else {
            tree.left_out += 1;
            continue;
        };
        let below = folder.strip_prefix(mount).unwrap_or(&folder);
        let mut path = b"/".to_vec();
        path.extend(below.as_os_str().as_bytes());
        tree.cgroups.push(Cgroup {
            id: meta.ino(),
            path,
        });
        let Ok(entries) = std::fs::read_dir(&folder) else {
            tree.left_out += 1;
            continue;
        };
        for entry in entries.flatten() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            if depth >= DEPTH_MAX || tree.cgroups.len() + next.len() >= CGROUPS_MAX {
                tree.left_out += 1;
                continue;
            }
            next.push((entry.path(), depth + 1));
        }
    }
    tree.cgroups.sort_by(|a, b| a.path.cmp(&b.path));
    tree
}

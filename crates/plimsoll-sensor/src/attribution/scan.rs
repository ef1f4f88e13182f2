//! The tree of cgroups as it is when the sensor begins.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::path::{membership, telling};
use super::table::CGROUPS_MAX;
use crate::capped;

/// Deepest cgroup that is looked at.
const DEPTH_MAX: usize = 48;
/// Most pid namespaces that are looked into.
const NAMESPACES_MAX: usize = 4_096;

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

/// A process with a pid namespace of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Isolated {
    pub mnt_ns: u32,
    pub pid_ns: u32,
    /// Its cgroup of version 1 that says most.
    pub path: Vec<u8>,
}

/// One process for each pid namespace but this one, of those that are in the root of version 2.
pub fn isolated(proc: &Path, host_pid_ns: u32) -> Vec<Isolated> {
    let Ok(entries) = std::fs::read_dir(proc) else {
        return Vec::new();
    };
    let mut seen = BTreeSet::from([host_pid_ns]);
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.parse::<u32>().ok());
        let pid_ns = pid.and_then(|pid| namespace(proc, pid, "pid"));
        let (Some(pid), Some(pid_ns)) = (pid, pid_ns) else {
            continue;
        };
        if seen.len() < NAMESPACES_MAX
            && !seen.contains(&pid_ns)
            && let Some(path) = version_1(proc, pid)
            && let Some(mnt_ns) = namespace(proc, pid, "mnt")
        {
            seen.insert(pid_ns);
            found.push(Isolated {
                mnt_ns,
                pid_ns,
                path,
            });
        }
    }
    found
}

/// The path of version 1 that says most of a process, when version 2 says nothing.
pub fn version_1(proc: &Path, pid: u32) -> Option<Vec<u8>> {
    let text = capped::bytes(
        &proc.join(pid.to_string()).join("cgroup"),
        capped::PROC_BYTES_MAX,
    )
    .ok()?;
    let mut lines = text.split(|byte| *byte == b'\n').filter_map(membership);
    let is_elsewhere = lines.any(|(number, _, path)| number == 0 && path != b"/");
    let path = telling(&text).filter(|_| !is_elsewhere)?;
    Some(path.to_vec())
}

fn namespace(proc: &Path, pid: u32, kind: &str) -> Option<u32> {
    let link = std::fs::read_link(proc.join(pid.to_string()).join("ns").join(kind)).ok()?;
    let text = link.to_str()?.rsplit_once('[')?.1;
    text.trim_end_matches(']').parse().ok()
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

//! What processes of a container and of its helper say, where no file is known.

use std::io;
use std::path::{Path, PathBuf};

use super::super::hints::{self, Hint};
use super::super::path::membership;
use super::file::{self, Links};
use crate::capped;

/// Longest `/etc/passwd` or `/etc/group` of a container that is taken over, in bytes: both share a
/// record.
const ACCOUNTS_BYTES_MAX: u64 = 28 << 10;

/// Users and groups of a root filesystem, as they stand in its files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts {
    pub users: Vec<u8>,
    pub groups: Vec<u8>,
}

/// Whether a process is in a cgroup with this path, or below it.
pub fn is_in(proc: &Path, pid: u32, path: &[u8]) -> bool {
    let file = proc.join(pid.to_string()).join("cgroup");
    let Ok(text) = capped::bytes(&file, capped::PROC_BYTES_MAX) else {
        return false;
    };
    text.split(|byte| *byte == b'\n')
        .filter_map(membership)
        .any(|(_, _, own)| {
            own.strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        })
}

/// A process of a container: of its own cgroup, or of the one that engines put below it.
pub fn first_of(mount: &Path, path: &[u8]) -> Option<u32> {
    let own = String::from_utf8_lossy(path);
    let own = mount.join(own.trim_start_matches('/'));
    ["", "container", "payload", "init.scope"]
        .iter()
        .find_map(|below| {
            let text = capped::text(
                &own.join(below).join("cgroup.procs"),
                capped::PROC_BYTES_MAX,
            )
            .ok()?;
            // 0 is a process that this pid namespace does not see.
            text.lines()
                .find_map(|line| line.parse().ok().filter(|pid| *pid != 0))
        })
}

/// What the helper that started a process says: conmon and shims are the parents of the first
/// process of a container.
pub fn parent_hint(proc: &Path, pid: u32) -> Option<Hint> {
    let stat = capped::text(
        &proc.join(pid.to_string()).join("stat"),
        capped::PROC_BYTES_MAX,
    )
    .ok()?;
    // The name before may hold anything, blanks and brackets included.
    let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
    let parent = proc.join(parent);
    let args = capped::bytes(&parent.join("cmdline"), capped::PROC_BYTES_MAX).ok()?;
    let status = capped::text(&parent.join("status"), capped::PROC_BYTES_MAX).ok()?;
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    let folder = std::fs::read_link(parent.join("cwd")).unwrap_or_default();
    hints::read(&args, &folder, uid.split_whitespace().nth(1)?.parse().ok()?)
}

/// Users and groups as a container sees them: no link of its leads out of its root.
pub fn accounts(root: &Path) -> io::Result<Accounts> {
    let root = file::root(root)?;
    let users = file::bytes_in_root(&root, "etc/passwd", ACCOUNTS_BYTES_MAX)?;
    let groups = file::bytes_in_root(&root, "etc/group", ACCOUNTS_BYTES_MAX).unwrap_or_default();
    Ok(Accounts { users, groups })
}

/// The same for the root of a process, if that is still in the cgroup: pids are used again.
pub fn accounts_of(proc: &Path, pid: u32, path: &[u8]) -> io::Result<Accounts> {
    let root: PathBuf = proc.join(pid.to_string()).join("root");
    let held = file::root(&root)?;
    if !is_in(proc, pid, path) {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "its first process has ended",
        ));
    }
    let users = file::bytes_in_root(&held, "etc/passwd", ACCOUNTS_BYTES_MAX)?;
    let groups = file::bytes_in_root(&held, "etc/group", ACCOUNTS_BYTES_MAX).unwrap_or_default();
    Ok(Accounts { users, groups })
}

/// The users and groups of the host.
pub fn host_accounts() -> io::Result<Accounts> {
    let read = |path: &str| file::bytes(Path::new(path), Links::Followed, ACCOUNTS_BYTES_MAX);
    Ok(Accounts {
        users: read("/etc/passwd")?,
        groups: read("/etc/group")?,
    })
}

//! A process: what is known of one exec id.
//!
//! Threads share it: what a thread changes (credentials, current folder) is told of the process.

use std::sync::Arc;

use plimsoll_model::event::ExecId;

use super::container::ContainerId;
use super::counters::Counters;
use super::files::FilesId;
use super::table::Link;
use super::text::Text;

/// No user logged in: what `loginuid` holds then.
pub const LOGIN_UID_NONE: u32 = u32::MAX;

/// How it became known that there is a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// An event of it came before anything else: all that is known is what that event's head says.
    #[default]
    Guess,
    /// Its parent's fork was seen.
    Fork,
    /// It was there when the sensor began, or was read from `/proc` later.
    Task,
    /// Its own exec was seen.
    Exec,
}

/// A process. `parent` and all other ids are in the host's pid namespace, those with `v` in its own.
#[derive(Debug, Clone, Default)]
pub struct Process {
    /// Pid and start, which no other process shares.
    pub exec: ExecId,
    pub origin: Origin,
    /// The process that made it. It stays the same when that one ends and a reaper takes over.
    pub parent: ExecId,
    /// Name of its first thread, up to 15 bytes: `proc.name`.
    pub comm: Text,
    /// What it executes. Shared with the children that have executed nothing else.
    pub program: Arc<Program>,
    /// Current folder, seen from its root; empty when unknown.
    pub cwd: Text,
    /// Meaningless while [`Process::is_described`] is false.
    pub credentials: Credentials,
    /// Likewise.
    pub capabilities: Capabilities,
    pub namespaces: Namespaces,
    /// Device number of the controlling terminal, 0 for none.
    pub tty: u32,
    pub sid: u32,
    pub pgid: u32,
    pub vpid: u32,
    /// Parent's pid in its own pid namespace, 0 when that is outside.
    pub vppid: u32,
    pub vsid: u32,
    pub vpgid: u32,
    /// User that logged in, [`LOGIN_UID_NONE`] for none.
    pub login_uid: u32,
    pub audit_session: u32,
    /// When its last exec was, nanoseconds since boot; 0 when none was seen.
    pub exec_ns: u64,
    /// When it ended.
    pub exit: Option<Exit>,
    pub no_new_privs: bool,
    /// 0 off, 1 strict, 2 filter.
    pub seccomp_mode: u8,
    /// Cgroup of its last event, of version 2.
    pub cgroup_id: u64,
    /// What it did lately; absent until it does something that is counted.
    pub counters: Option<Box<Counters>>,
    pub(crate) parent_link: Link,
    pub(crate) files: FilesId,
    pub(crate) container: ContainerId,
    /// Generation of the containers' table when `container` was looked up.
    pub(crate) container_epoch: u32,
    /// Processes kept whose parent it is.
    pub(crate) children: u32,
    /// An event came since the hand of the clock passed it.
    pub(crate) touched: bool,
    /// Bytes of texts that it holds.
    pub(crate) bytes: u32,
    pub(crate) stage: Stage,
    /// Something said who it runs as.
    pub(crate) described: bool,
    /// Its start is known to a hundredth of a second only.
    pub(crate) rough_start: bool,
}

/// Why an ended process is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Stage {
    /// It lives.
    #[default]
    Alive,
    /// For events that come late.
    Late,
    /// For the lineage of its descendants.
    Ancestor,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    pub time_ns: u64,
    /// As `wait` gives it.
    pub status: u32,
}

/// What an exec set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// Path as it was asked for.
    pub exe: Text,
    /// Full path of the file.
    pub exe_path: Text,
    /// All arguments, each ended by NUL, the program's own name first.
    pub args: Text,
    /// How long they are in all, in bytes; more than `args` holds when cut.
    pub args_bytes: u64,
    /// Chosen variables of the environment, each ended by NUL.
    pub env: Text,
    /// Script that the executable was started for; empty when there is none.
    pub interpreter: Text,
    pub file: ExeFile,
    /// Mount namespace in which it was started, 0 when unknown: an engine's process that sets up a
    /// container has entered that one's, but was started in the host's.
    pub mnt_ns: u32,
}

/// The executable's file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExeFile {
    pub inode: u64,
    /// `major << 20 | minor`.
    pub device: u64,
    /// Type and permission bits.
    pub mode: u32,
    /// Bits of `FILE_OVERLAY` and its fellows.
    pub layer: u64,
    pub uid: u32,
    /// Nanoseconds since 1970.
    pub ctime_ns: u64,
    pub mtime_ns: u64,
}

/// Users and groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Credentials {
    pub uid: u32,
    pub euid: u32,
    pub suid: u32,
    pub fsuid: u32,
    pub gid: u32,
    pub egid: u32,
    pub sgid: u32,
    pub fsgid: u32,
}

/// Bit sets of capabilities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub effective: u64,
    pub permitted: u64,
    pub inheritable: u64,
    pub bounding: u64,
    pub ambient: u64,
}

/// Numbers of namespaces, 0 when unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Namespaces {
    pub mnt: u32,
    pub pid: u32,
    pub net: u32,
    pub user: u32,
    pub ipc: u32,
    pub uts: u32,
    pub cgroup: u32,
    /// Pid namespace of its children.
    pub pid_for_children: u32,
}

impl Process {
    /// When it was made, nanoseconds since boot.
    pub const fn start_ns(&self) -> u64 {
        self.exec.start_ns
    }

    /// Whether anything said who it runs as and where it stands. If not, all ids are 0 and mean
    /// nothing: neither that it is root, nor that it is not.
    pub const fn is_described(&self) -> bool {
        self.described
    }

    /// All arguments, the program's own name first.
    pub fn argv(&self) -> impl Iterator<Item = &[u8]> + Clone {
        ended_by_nul(&self.program.args)
    }

    /// The arguments after the program's own name.
    pub fn args(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.argv().skip(1)
    }

    /// The program's own name, as the caller gave it: the first argument.
    pub fn argv0(&self) -> &[u8] {
        self.argv().next().unwrap_or_default()
    }

    /// The kept variables of the environment, `NAME=value` each.
    pub fn env(&self) -> impl Iterator<Item = &[u8]> + Clone {
        ended_by_nul(&self.program.env)
    }

    /// The value of a kept variable.
    pub fn variable(&self, name: &[u8]) -> Option<&[u8]> {
        self.env()
            .find_map(|entry| entry.strip_prefix(name)?.strip_prefix(b"="))
    }

    /// Whether it leads its session.
    pub const fn is_session_leader(&self) -> bool {
        self.sid == self.exec.pid
    }

    /// Whether it leads its process group.
    pub const fn is_group_leader(&self) -> bool {
        self.pgid == self.exec.pid
    }
}

/// Texts that are each ended by NUL; the last may have lost its end when it was cut.
fn ended_by_nul(bytes: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let whole = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    let none = bytes.is_empty();
    whole
        .split(|byte| *byte == 0)
        .take(if none { 0 } else { usize::MAX })
}

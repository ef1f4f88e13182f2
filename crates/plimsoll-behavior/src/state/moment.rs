//! All that may be asked while one event is judged.

use std::borrow::Cow;
use std::sync::Arc;

use plimsoll_model::event::{EventKind, ExecId, FLAG_ENTER, FLAG_PATH_GIVEN, Param};

use super::State;
use super::accounts::Accounts;
use super::container::{Container, ContainerId, HOST};
use super::file::OpenFile;
use super::path;
use super::process::Process;
use super::table::Link;
use crate::wire::Record;

/// Most ancestors that are looked through.
pub const LINEAGE_MAX: usize = 64;
/// The current folder, in place of a descriptor.
const AT_FDCWD: i64 = -100;

/// One event and the state after it. (Before it, for what the event itself took away: the closed
/// descriptor of a close.)
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub record: &'a Record<'a>,
    pub state: &'a State,
    /// Who did it.
    pub process: &'a Process,
    /// Where it was done.
    pub container: &'a Container,
    /// Names of users and groups there.
    pub accounts: &'a Accounts,
    /// The descriptor that the call was given or made.
    pub fd: Option<i32>,
    /// What it stands for. Also set for a call that failed to open a path: then `fd` is absent.
    pub file: Option<&'a OpenFile>,
    /// The second descriptor of `dup`, `pipe`, `socketpair`, `sendfile`, `splice`.
    pub second_fd: Option<i32>,
    pub second_file: Option<&'a OpenFile>,
}

impl<'a> Moment<'a> {
    pub const fn kind(&self) -> EventKind {
        self.record.kind
    }

    /// Whether it was told at the call's entry: nothing has been done yet.
    pub const fn is_entry(&self) -> bool {
        self.record.has(FLAG_ENTER)
    }

    /// Time of the event, nanoseconds since 1970; since boot, while the boot's time is not known.
    pub const fn wall_ns(&self) -> u64 {
        self.state
            .host
            .boot_time_ns
            .wrapping_add(self.record.time_ns)
    }

    /// Its place among all events, from 1.
    pub const fn number(&self) -> u64 {
        self.state.events
    }

    /// Id of a container inside of this one, or of another, that the path of the process's cgroup
    /// names. A claim: whoever may make cgroups in the container chose it.
    pub fn claimed_container(&self) -> Option<&'a [u8]> {
        if self.container.is_host() {
            return None;
        }
        let path = self.state.containers.cgroup_path(self.process.cgroup_id)?;
        let own = &*self.container.cgroup_path;
        let below = path.strip_prefix(own).unwrap_or(path);
        let claimed = below
            .rsplit(|byte| *byte == b'/')
            .find_map(path::container_id)?;
        (*claimed != *self.container.id).then_some(claimed)
    }

    /// Place of the container in which it was done: a small key for counts.
    pub const fn container_id(&self) -> ContainerId {
        self.process.container
    }

    /// The process that made this one, if it is known.
    pub fn parent(&self) -> Option<&'a Process> {
        self.state.processes.get(self.process.parent_link)
    }

    /// Parent, its parent, and so on: who made whom, whoever took over since.
    pub fn ancestors(&self) -> Ancestors<'a> {
        self.state.ancestors(self.process)
    }

    /// The process that leads the session.
    pub fn session_leader(&self) -> Option<&'a Process> {
        self.state.process_of_pid(self.process.sid)
    }

    /// The process that leads the process group.
    pub fn group_leader(&self) -> Option<&'a Process> {
        self.state.process_of_pid(self.process.pgid)
    }

    /// The process that the call is about (`ptrace`, `kill`, `process_vm_writev`, `pidfd_open`).
    pub fn target(&self) -> Option<&'a Process> {
        let pid = self.record.signed(Param::TargetPid)?;
        self.state.process_of_pid(u32::try_from(pid).ok()?)
    }

    /// A descriptor of the process that did it.
    pub fn descriptor(&self, fd: i32) -> Option<&'a OpenFile> {
        self.state.file_of(self.process, fd)
    }

    /// Users and groups of the host: `loginuid` is one of its.
    pub fn host_accounts(&self) -> &'a Accounts {
        &self.state.containers.get(HOST).accounts
    }

    /// Names that were resolved to an address in this container.
    pub fn names_of(&self, address: std::net::IpAddr) -> impl Iterator<Item = &'a [u8]> {
        self.state.names.of(self.process.container, address)
    }

    /// Full path of the file that the call names: as the kernel resolved it, else as it was written.
    pub fn path(&self) -> Option<Cow<'a, [u8]>> {
        match self.record.param(Param::Path) {
            Some(path) if !path.is_empty() => Some(Cow::Borrowed(path)),
            _ => self.written_path(),
        }
    }

    /// Full path as the caller wrote it, joined and normalised by name alone: links not followed.
    pub fn written_path(&self) -> Option<Cow<'a, [u8]>> {
        self.written(Param::Name, Param::DirFd, Param::Path)
    }

    /// The second path (target of a rename or link), as the kernel resolved it or as written.
    pub fn new_path(&self) -> Option<Cow<'a, [u8]>> {
        match self.record.param(Param::NewPath) {
            Some(path) if !path.is_empty() => Some(Cow::Borrowed(path)),
            _ => self.written_new_path(),
        }
    }

    /// The second path as the caller wrote it, joined and normalised.
    pub fn written_new_path(&self) -> Option<Cow<'a, [u8]>> {
        self.written(Param::NewName, Param::NewDirFd, Param::NewPath)
    }

    fn written(&self, name: Param, folder: Param, path: Param) -> Option<Cow<'a, [u8]>> {
        let name = self.record.param(name)?;
        if path::is_full(name) {
            return Some(Cow::Borrowed(name));
        }
        let folder = folder_told(self.record, name, path).unwrap_or_else(|| {
            let folder = self.record.signed(folder).unwrap_or(AT_FDCWD);
            self.state.folder_of(self.process, folder)
        });
        Some(Cow::Owned(path::full(folder, name)))
    }
}

/// The folder that a relative name begins at, where the kernel tells it: by itself, or in the path that
/// it has put together from both. What is known of descriptors may be older: an open may have been left
/// out.
pub(super) fn folder_told<'a>(record: &Record<'a>, name: &[u8], path: Param) -> Option<&'a [u8]> {
    if name.starts_with(b"/") {
        return None;
    }
    record.param(Param::Folder).or_else(|| {
        let path = record.has(FLAG_PATH_GIVEN).then(|| record.param(path))??;
        let folder = path.strip_suffix(name)?;
        folder.ends_with(b"/").then_some(folder)
    })
}

/// Parent, its parent, and so on.
#[derive(Debug, Clone)]
pub struct Ancestors<'a> {
    state: &'a State,
    next: Link,
    left: usize,
}

impl<'a> Iterator for Ancestors<'a> {
    type Item = &'a Process;

    fn next(&mut self) -> Option<&'a Process> {
        self.left = self.left.checked_sub(1)?;
        let process = self.state.processes.get(self.next)?;
        self.next = process.parent_link;
        Some(process)
    }
}

impl State {
    /// Parent of a process, its parent, and so on.
    pub const fn ancestors(&self, process: &Process) -> Ancestors<'_> {
        Ancestors {
            state: self,
            next: process.parent_link,
            left: LINEAGE_MAX,
        }
    }

    /// The newest process of a pid, in the host's pid namespace.
    pub fn process_of_pid(&self, pid: u32) -> Option<&Process> {
        self.processes.get(self.processes.current(pid)?)
    }

    /// The process of an exec id.
    pub fn process(&self, exec: ExecId) -> Option<&Process> {
        self.processes.get(self.processes.find(exec)?)
    }

    /// The container of a process.
    pub fn container_of(&self, process: &Process) -> &Container {
        self.containers.get(process.container)
    }

    /// What a descriptor of a process stands for.
    pub fn file_of(&self, process: &Process, fd: i32) -> Option<&OpenFile> {
        self.files.file(process.files, fd).map(Arc::as_ref)
    }

    /// All known descriptors of a process, in order.
    pub fn files_of(&self, process: &Process) -> impl Iterator<Item = (i32, &OpenFile)> {
        let files = self.files.files(process.files).into_iter();
        files.flat_map(|files| files.iter().map(|(fd, slot)| (fd, &*slot.file)))
    }

    /// The path that a relative one begins at; empty when it is not known.
    pub(super) fn folder_of<'a>(&'a self, process: &'a Process, folder: i64) -> &'a [u8] {
        if folder == AT_FDCWD {
            return &process.cwd;
        }
        let fd = i32::try_from(folder).unwrap_or(-1);
        match self.file_of(process, fd) {
            Some(OpenFile::Path(file)) => &file.path,
            _ => b"",
        }
    }
}

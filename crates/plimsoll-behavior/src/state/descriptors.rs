//! File descriptors, as calls open, copy and close them.

use std::sync::Arc;

use plimsoll_model::event::{EventKind, FILE_MEMFD, Param};

use super::State;
use super::file::{OpenFile, PathFile};
use super::moment::folder_told;
use super::path;
use super::process::Process;
use super::table::Link;
use super::text::Text;
use crate::wire::Record;

const O_CLOEXEC: u64 = 0o2_000_000;
const MFD_CLOEXEC: u64 = 1;
const FD_CLOEXEC: u64 = 1;
const F_DUPFD: u64 = 0;
const F_SETFD: u64 = 2;
const F_DUPFD_CLOEXEC: u64 = 1030;
const S_IFMT: u32 = 0o170_000;
const S_IFIFO: u32 = 0o010_000;
const S_IFREG: u32 = 0o100_000;
const S_IFSOCK: u32 = 0o140_000;

impl State {
    /// open, openat, openat2, creat, open_by_handle_at, open_tree: also of a path that failed.
    pub(super) fn opened(&mut self, link: Link, record: &Record<'_>) {
        let flags = record.number(Param::Flags).unwrap_or(0);
        let Some(process) = self.processes.get(link) else {
            return;
        };
        let file = Arc::new(self.path_file(process, record));
        let id = process.files;
        if let Some(fd) = made(record) {
            let close_on_exec = flags & O_CLOEXEC != 0;
            self.files.set(id, fd, Arc::clone(&file), close_on_exec);
            self.now.fd = Some(fd);
        }
        self.now.file = Some(file);
    }

    /// An open was entered: which file is meant.
    pub(super) fn named(&mut self, link: Link, record: &Record<'_>) {
        if let Some(process) = self.processes.get(link) {
            self.now.file = Some(Arc::new(self.path_file(process, record)));
        }
    }

    /// The file that a record names by path.
    pub(super) fn path_file(&self, process: &Process, record: &Record<'_>) -> OpenFile {
        let mut file = PathFile::default();
        let mut name: &[u8] = b"";
        let mut folder = -100;
        for (number, value) in record.params() {
            let numeric = || value.try_into().map_or(0, u64::from_le_bytes);
            match Param::from_number(number) {
                Some(Param::Path) => file.path = Text::capped(value, path::PATH_BYTES_MAX),
                Some(Param::Name) => name = value,
                Some(Param::DirFd) => folder = numeric() as i64,
                Some(Param::Flags) => file.flags = numeric() as u32,
                Some(Param::Inode) => file.inode = numeric(),
                Some(Param::Device) => file.device = numeric(),
                Some(Param::FileMode) => file.mode = numeric() as u32,
                Some(Param::FileLayer) => file.layer = numeric(),
                _ => {}
            }
        }
        if !name.is_empty() && *name != *file.path {
            let written = if path::is_full(name) {
                Text::new(name)
            } else {
                let told = folder_told(record, name, Param::Path);
                let folder = told.unwrap_or_else(|| self.folder_of(process, folder));
                Text::new(&path::full(folder, name))
            };
            if file.path.is_empty() {
                file.path = written;
            } else if written != file.path {
                file.written = written;
            }
        }
        OpenFile::Path(file)
    }

    /// A descriptor that the snapshot found.
    pub(super) fn found(&mut self, link: Link, record: &Record<'_>) {
        let Some(fd) = given(record, Param::Fd) else {
            return;
        };
        let flags = record.number(Param::Flags).unwrap_or(0);
        let is_socket = record.kind == EventKind::Sock;
        let mode = record.number(Param::FileMode).unwrap_or(0) as u32;
        let mode = if is_socket { S_IFSOCK } else { mode };
        if let Some(file) = self.described(link, record, mode, flags) {
            self.make(link, fd, file, flags & O_CLOEXEC != 0);
        }
    }

    /// The file that a record describes by what the kernel has of it, opened with such flags.
    fn described(
        &mut self,
        link: Link,
        record: &Record<'_>,
        mode: u32,
        flags: u64,
    ) -> Option<OpenFile> {
        let path = record.param(Param::Path).unwrap_or_default();
        let layer = record.number(Param::FileLayer).unwrap_or(0);
        let is_socket = record.param(Param::SockFamily).is_some() || mode & S_IFMT == S_IFSOCK;
        if is_socket {
            return Some(OpenFile::Socket(Box::new(self.socket_of(record))));
        }
        if mode & S_IFMT == S_IFIFO && !path.starts_with(b"/") {
            return Some(OpenFile::Pipe {
                inode: record.number(Param::Inode).unwrap_or(0),
                write: flags & 3 != 0,
            });
        }
        if layer & FILE_MEMFD != 0 {
            return Some(OpenFile::Memory(memory_name(path)));
        }
        let plain = path.strip_prefix(b"/").unwrap_or(path);
        if let Some(kind) = plain.strip_prefix(b"anon_inode:") {
            return Some(anonymous(kind));
        }
        let mut file = self.path_file(self.processes.get(link)?, record);
        if let OpenFile::Path(file) = &mut file {
            file.flags = flags as u32;
        }
        Some(file)
    }

    /// What a descriptor stands for. A record that shows the file behind it is believed more than
    /// what was kept: an open may have been left out by a filter, or a descriptor passed on.
    fn behind(&mut self, link: Link, fd: i32, record: &Record<'_>) -> Option<Arc<OpenFile>> {
        let id = self.processes.get(link)?.files;
        let slot = self.files.files(id).and_then(|files| files.get(fd));
        let (known, marked) = slot.map_or((None, false), |slot| {
            (Some(Arc::clone(&slot.file)), slot.close_on_exec)
        });
        let Some(mode) = record.number(Param::FileMode).map(|mode| mode as u32) else {
            return known;
        };
        if known
            .as_ref()
            .is_some_and(|known| is_same(known, mode, record))
        {
            return known;
        }
        let new = Arc::new(self.described(link, record, mode, 0)?);
        self.files.set(id, fd, Arc::clone(&new), marked);
        Some(new)
    }

    pub(super) fn closed(&mut self, link: Link, record: &Record<'_>) {
        let Some(fd) = given(record, Param::Fd) else {
            return;
        };
        self.now.fd = Some(fd);
        let Some(process) = self.processes.get(link) else {
            return;
        };
        self.now.file = if record.ret >= 0 {
            self.files.remove(process.files, fd)
        } else {
            self.files.file(process.files, fd).cloned()
        };
    }

    /// dup, dup2, dup3: `fd` is the new one, the second the old.
    pub(super) fn copied(&mut self, link: Link, record: &Record<'_>) {
        let flags = record.number(Param::Flags).unwrap_or(0);
        let cloexec = record.kind == EventKind::Dup3 && flags & O_CLOEXEC != 0;
        self.copy(link, record, cloexec);
    }

    fn copy(&mut self, link: Link, record: &Record<'_>, close_on_exec: bool) {
        let Some(old) = given(record, Param::Fd) else {
            return;
        };
        let Some(id) = self.processes.get(link).map(|process| process.files) else {
            return;
        };
        let Some(new) = made(record) else {
            let file = self.behind(link, old, record);
            (self.now.fd, self.now.file) = (Some(old), file);
            return;
        };
        let file = self.behind(link, old, record);
        match &file {
            // dup2 of a descriptor upon itself changes nothing.
            Some(_) if new == old => {}
            Some(file) => self.files.set(id, new, Arc::clone(file), close_on_exec),
            None => {
                self.files.remove(id, new);
            }
        }
        (self.now.fd, self.now.file) = (Some(new), file.clone());
        (self.now.second_fd, self.now.second_file) = (Some(old), file);
    }

    pub(super) fn fcntl(&mut self, link: Link, record: &Record<'_>) {
        let request = record.number(Param::Request);
        let request = request.or_else(|| record.number(Param::Arg1));
        // Where only copies are told, the request is not.
        let copies = record.param(Param::NewFd).is_some();
        let request = request.unwrap_or(if copies { F_DUPFD } else { u64::MAX });
        match request {
            F_DUPFD | F_DUPFD_CLOEXEC => self.copy(link, record, request == F_DUPFD_CLOEXEC),
            F_SETFD if record.ret >= 0 => {
                self.about(link, record);
                let argument = record.number(Param::Arg2);
                let argument = argument.or_else(|| record.number(Param::Flags));
                if let (Some(fd), Some(argument)) = (self.now.fd, argument)
                    && let Some(process) = self.processes.get(link)
                {
                    self.files
                        .mark(process.files, fd, argument & FD_CLOEXEC != 0);
                }
            }
            _ => self.about(link, record),
        }
    }

    /// pipe, pipe2: the reading end first.
    pub(super) fn piped(&mut self, link: Link, record: &Record<'_>) {
        let Some(id) = self.processes.get(link).map(|process| process.files) else {
            return;
        };
        if record.ret < 0 {
            return;
        }
        let cloexec = record.number(Param::Flags).unwrap_or(0) & O_CLOEXEC != 0;
        let inode = record.number(Param::Inode).unwrap_or(0);
        let ends = [(Param::Fd, false), (Param::NewFd, true)].map(|(param, write)| {
            let fd = given(record, param);
            let file = Arc::new(OpenFile::Pipe { inode, write });
            if let Some(fd) = fd {
                self.files.set(id, fd, Arc::clone(&file), cloexec);
            }
            (fd, Some(file))
        });
        let [read, write] = ends;
        (self.now.fd, self.now.file) = read;
        (self.now.second_fd, self.now.second_file) = write;
    }

    /// A call that makes a descriptor of another sort.
    pub(super) fn special(&mut self, link: Link, record: &Record<'_>) {
        let Some(fd) = made(record) else {
            return;
        };
        let flags = record.number(Param::Flags).unwrap_or(0);
        let (file, cloexec) = match record.kind {
            EventKind::MemfdCreate | EventKind::MemfdSecret => {
                let name = record.param(Param::Name).unwrap_or_default();
                let name = Text::capped(name, path::PATH_BYTES_MAX);
                (OpenFile::Memory(name), flags & MFD_CLOEXEC != 0)
            }
            EventKind::Eventfd2 => (OpenFile::Event, flags & O_CLOEXEC != 0),
            EventKind::Signalfd4 => (OpenFile::Signal, flags & O_CLOEXEC != 0),
            EventKind::EpollCreate1 => (OpenFile::Poll, flags & O_CLOEXEC != 0),
            EventKind::TimerfdCreate => (OpenFile::Timer, flags & O_CLOEXEC != 0),
            EventKind::InotifyInit1 => (OpenFile::Inotify, flags & O_CLOEXEC != 0),
            EventKind::FanotifyInit => (OpenFile::Fanotify, flags & 1 != 0),
            EventKind::PerfEventOpen => (OpenFile::PerfEvent, flags & 8 != 0),
            EventKind::Userfaultfd => (OpenFile::Userfault, flags & O_CLOEXEC != 0),
            EventKind::IoUringSetup => (OpenFile::IoUring, true),
            EventKind::PidfdOpen => {
                let pid = record.signed(Param::TargetPid).unwrap_or(0);
                (OpenFile::Pid(u32::try_from(pid).unwrap_or(0)), true)
            }
            _ => (OpenFile::Other, true),
        };
        self.make(link, fd, file, cloexec);
    }

    /// pidfd_getfd: a descriptor of another process.
    pub(super) fn taken(&mut self, link: Link, record: &Record<'_>) {
        let Some(fd) = made(record) else {
            return;
        };
        let target = record.signed(Param::TargetPid).map_or(0, |pid| pid as u32);
        let target = self.process_of_pid(target).map(|target| target.files);
        let file = target
            .zip(given(record, Param::NewFd))
            .and_then(|(id, fd)| self.files.file(id, fd).cloned())
            .unwrap_or_else(|| Arc::new(OpenFile::Other));
        let Some(id) = self.processes.get(link).map(|process| process.files) else {
            return;
        };
        self.files.set(id, fd, Arc::clone(&file), true);
        (self.now.fd, self.now.file) = (Some(fd), Some(file));
    }

    pub(super) fn make(&mut self, link: Link, fd: i32, file: OpenFile, close_on_exec: bool) {
        let Some(id) = self.processes.get(link).map(|process| process.files) else {
            return;
        };
        let file = Arc::new(file);
        self.files.set(id, fd, Arc::clone(&file), close_on_exec);
        (self.now.fd, self.now.file) = (Some(fd), Some(file));
    }

    /// A call that is given descriptors and leaves them as they are.
    pub(super) fn about(&mut self, link: Link, record: &Record<'_>) {
        let Some(process) = self.processes.get(link) else {
            return;
        };
        let id = process.files;
        if let Some(fd) = given(record, Param::Fd) {
            self.now.fd = Some(fd);
            self.now.file = self.behind(link, fd, record);
        }
        if let Some(fd) = given(record, Param::NewFd) {
            self.now.second_fd = Some(fd);
            self.now.second_file = self.files.file(id, fd).cloned();
        }
    }
}

/// Whether a record shows the very file that is known.
fn is_same(known: &OpenFile, mode: u32, record: &Record<'_>) -> bool {
    let inode = record.number(Param::Inode).unwrap_or(0);
    let form = mode & S_IFMT;
    match known {
        OpenFile::Path(file) if file.inode != 0 => {
            file.inode == inode && file.device == record.number(Param::Device).unwrap_or(0)
        }
        OpenFile::Path(file) => record.param(Param::Path) == Some(&file.path),
        OpenFile::Socket(_) => form == S_IFSOCK,
        OpenFile::Pipe { inode: known, .. } => form == S_IFIFO && (*known == inode || *known == 0),
        // Of files without a name the mode has no form, or that of a plain file.
        _ => matches!(form, 0 | S_IFREG),
    }
}

/// The descriptor that a call returned.
pub(super) fn made(record: &Record<'_>) -> Option<i32> {
    i32::try_from(record.ret).ok().filter(|fd| *fd >= 0)
}

/// A descriptor that a call was given.
pub(super) fn given(record: &Record<'_>, param: Param) -> Option<i32> {
    i32::try_from(record.signed(param)?).ok()
}

/// The name given to `memfd_create`, out of the path that the kernel shows.
fn memory_name(path: &[u8]) -> Text {
    let name = path.strip_prefix(b"/").unwrap_or(path);
    let name = name.strip_prefix(b"memfd:").unwrap_or(name);
    Text::new(name.strip_suffix(b" (deleted)").unwrap_or(name))
}

fn anonymous(kind: &[u8]) -> OpenFile {
    let kind = kind.strip_prefix(b"[").unwrap_or(kind);
    match kind.strip_suffix(b"]").unwrap_or(kind) {
        b"eventfd" => OpenFile::Event,
        b"signalfd" => OpenFile::Signal,
        b"eventpoll" => OpenFile::Poll,
        b"timerfd" => OpenFile::Timer,
        b"inotify" => OpenFile::Inotify,
        b"fanotify" => OpenFile::Fanotify,
        b"perf_event" => OpenFile::PerfEvent,
        b"userfaultfd" => OpenFile::Userfault,
        b"io_uring" => OpenFile::IoUring,
        b"pidfd" => OpenFile::Pid(0),
        kind if kind.starts_with(b"bpf") => OpenFile::Bpf,
        _ => OpenFile::Other,
    }
}

//! `fd.*` of any descriptor: number, type, name.
//!
//! Paths are those that the kernel resolved; a comparison also holds when it holds for the path as it
//! was written, so that neither a link nor its target hides from a rule.

use plimsoll_model::event::{Class, EventKind, Param};

use super::build::{FROM_EVENT, FROM_FILES};
use super::text::{file_name, folder};
use super::{Argument, Field, Value, push_number, socket};
use crate::rules::ArgKind;
use crate::state::{Moment, OpenFile, PathFile, Role, Socket};

const DIRECTORY: u32 = 0o40_000;
const FILE_TYPE: u32 = 0o170_000;
const O_DIRECTORY: u32 = 0o200_000;

pub const FIELDS: &[Field] = &[
    Field::signed("fd.num", FROM_EVENT)
        .costs(2)
        .fixed_by(without)
        .is(
            "number of the descriptor; -1 when the call failed to make one",
            |m, _, _| {
                if no_descriptor(m.kind()) {
                    Value::Absent
                } else {
                    Value::Signed(m.fd.unwrap_or(-1).into())
                }
            },
        ),
    Field::text("fd.type", FROM_FILES)
        .costs(3)
        .fixed_by(without)
        .is(
            "file, directory, ipv4, ipv6, unix, pipe, event, …",
            |m, _, _| {
                m.file
                    .map_or(Value::Absent, |file| Value::Text(type_name(file)))
            },
        ),
    Field::text("fd.types", FROM_FILES)
        .arg(ArgKind::Index)
        .list()
        .costs(100)
        .fixed_by(without)
        .is(
            "types of all descriptors of the process, or of one",
            |m, a, out| match a.index() {
                Some(fd) => {
                    let file = i32::try_from(fd).ok().and_then(|fd| m.descriptor(fd));
                    file.map_or(Value::Absent, |file| Value::Text(type_name(file)))
                }
                None => types(m, out),
            },
        ),
    Field::text("fd.typechar", FROM_FILES)
        .costs(3)
        .fixed_by(without)
        .is(
            "the type as one letter: `f` file, `d` directory, `4`, `6`, `u` unix, `p` pipe, …",
            |m, _, _| Value::Text(letter(m)),
        ),
    Field::text("fd.name", FROM_FILES)
        .costs(5)
        .fixed_by(without)
        .is_either(
            "full path, or both ends of a connection as `client:port->server:port`",
            |m, _, out| {
                let Some(file) = m.file else {
                    return Value::Absent;
                };
                match file {
                    OpenFile::Path(file) => Value::Text(&file.path),
                    file => {
                        push_name(file, out);
                        Value::Text(out)
                    }
                }
            },
            |m, _, _| written(m).map_or(Value::Absent, Value::Text),
        ),
    Field::text("fd.nameraw", FROM_EVENT)
        .costs(6)
        .fixed_by(without)
        .is(
            "the path as the caller wrote it, not joined",
            |m, _, _| match m.file {
                Some(OpenFile::Path(file)) => {
                    Value::Text(m.record.param(Param::Name).unwrap_or(&file.path))
                }
                _ => Value::Absent,
            },
        ),
    Field::text("fd.directory", FROM_FILES)
        .costs(6)
        .fixed_by(without)
        .is_either(
            "folder of a file; a folder's own path",
            |m, _, _| match m.file {
                Some(OpenFile::Path(file)) => Value::Text(directory(file, &file.path)),
                _ => Value::Absent,
            },
            |m, _, _| match m.file {
                Some(OpenFile::Path(file)) if !file.written.is_empty() => {
                    Value::Text(directory(file, &file.written))
                }
                _ => Value::Absent,
            },
        ),
    Field::text("fd.filename", FROM_FILES)
        .costs(6)
        .fixed_by(without)
        .is_either(
            "name of a file without its folder",
            |m, _, _| match m.file {
                Some(OpenFile::Path(file)) if !is_directory(file) => {
                    Value::Text(file_name(&file.path))
                }
                _ => Value::Absent,
            },
            |m, _, _| match m.file {
                Some(OpenFile::Path(file)) if !is_directory(file) && !file.written.is_empty() => {
                    Value::Text(file_name(&file.written))
                }
                _ => Value::Absent,
            },
        ),
    Field::text("fd.uid", FROM_EVENT)
        .costs(20)
        .fixed_by(without)
        .is("thread id and descriptor in one", |m, _, out| {
            push_number(out, m.record.tid.into());
            push_number(out, m.fd.unwrap_or(-1).into());
            Value::Text(out)
        }),
    Field::text("fd.containername", FROM_FILES)
        .costs(20)
        .fixed_by(without)
        .is(
            "container's id and the descriptor's name, with a colon between them",
            |m, _, out| {
                let Some(file) = m.file else {
                    return Value::Absent;
                };
                out.extend_from_slice(m.container.short_id());
                out.push(b':');
                push_name(file, out);
                Value::Text(out)
            },
        ),
    Field::text("fd.containerdirectory", FROM_FILES)
        .costs(20)
        .fixed_by(without)
        .is(
            "container's id and the folder, with a colon between them",
            |m, _, out| {
                let Some(OpenFile::Path(file)) = m.file else {
                    return Value::Absent;
                };
                out.extend_from_slice(m.container.short_id());
                out.push(b':');
                out.extend_from_slice(directory(file, &file.path));
                Value::Text(out)
            },
        ),
    Field::unsigned("fd.dev", FROM_FILES).fixed_by(without).is(
        "device number of the file",
        |m, _, _| {
            let device = path_file(m).map(|file| (file.device >> 20, file.device & 0xf_ffff));
            Value::unsigned(
                device
                    .map(|(major, minor)| (minor & 0xff) | (major << 8) | ((minor & !0xff) << 12)),
            )
        },
    ),
    Field::unsigned("fd.dev.major", FROM_FILES)
        .fixed_by(without)
        .is("major device number", |m, _, _| {
            Value::unsigned(path_file(m).map(|file| file.device >> 20))
        }),
    Field::unsigned("fd.dev.minor", FROM_FILES)
        .fixed_by(without)
        .is("minor device number", |m, _, _| {
            Value::unsigned(path_file(m).map(|file| file.device & 0xf_ffff))
        }),
    Field::signed("fd.ino", FROM_FILES).fixed_by(without).is(
        "inode of the file or socket",
        |m, _, _| match m.file {
            Some(OpenFile::Path(file)) => Value::Signed(file.inode as i64),
            Some(OpenFile::Socket(socket)) => Value::Signed(socket.inode as i64),
            Some(OpenFile::Pipe { inode, .. }) => Value::Signed(*inode as i64),
            _ => Value::Absent,
        },
    ),
];

/// Whether events of a kind are never about a descriptor.
pub const fn no_descriptor(kind: EventKind) -> bool {
    use EventKind as K;
    !matches!(kind.class(), Class::Syscall)
        || matches!(
            kind,
            K::Execve
                | K::Execveat
                | K::Clone
                | K::Clone3
                | K::Fork
                | K::Vfork
                | K::Rename
                | K::Renameat
                | K::Renameat2
                | K::Unlink
                | K::Unlinkat
                | K::Rmdir
                | K::Mkdir
                | K::Mkdirat
                | K::Symlink
                | K::Symlinkat
                | K::Link
                | K::Linkat
                | K::Mknod
                | K::Mknodat
                | K::Chmod
                | K::Fchmodat
                | K::Fchmodat2
                | K::Chown
                | K::Lchown
                | K::Fchownat
                | K::Truncate
                | K::Chdir
                | K::Chroot
                | K::PivotRoot
                | K::Mount
                | K::Umount2
                | K::Unshare
                | K::Ptrace
                | K::ProcessVmReadv
                | K::ProcessVmWritev
                | K::Kill
                | K::Tkill
                | K::Tgkill
                | K::Setuid
                | K::Setgid
                | K::Setreuid
                | K::Setregid
                | K::Setresuid
                | K::Setresgid
                | K::Setsid
                | K::Setpgid
                | K::Capset
                | K::Prctl
                | K::InitModule
                | K::DeleteModule
        )
}

pub fn without(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    no_descriptor(kind).then_some(Value::Absent)
}

fn path_file<'v>(moment: &Moment<'v>) -> Option<&'v PathFile> {
    moment.file.and_then(OpenFile::as_file)
}

fn written<'v>(moment: &Moment<'v>) -> Option<&'v [u8]> {
    path_file(moment)
        .map(|file| &*file.written)
        .filter(|path| !path.is_empty())
}

fn is_directory(file: &PathFile) -> bool {
    match file.mode & FILE_TYPE {
        0 => file.flags & O_DIRECTORY != 0,
        found => found == DIRECTORY,
    }
}

fn directory<'v>(file: &PathFile, path: &'v [u8]) -> &'v [u8] {
    if is_directory(file) {
        path
    } else {
        folder(path)
    }
}

pub(super) fn type_name(file: &OpenFile) -> &'static [u8] {
    match file {
        OpenFile::Path(file) if is_directory(file) => b"directory",
        OpenFile::Path(_) => b"file",
        OpenFile::Socket(socket) if socket.is_unix() => b"unix",
        OpenFile::Socket(socket) => match socket.family {
            crate::state::file::AF_INET => b"ipv4",
            crate::state::file::AF_INET6 => b"ipv6",
            crate::state::file::AF_NETLINK => b"netlink",
            _ => b"unknown",
        },
        OpenFile::Pipe { .. } => b"pipe",
        OpenFile::Memory(_) => b"memfd",
        OpenFile::Event => b"event",
        OpenFile::Signal => b"signalfd",
        OpenFile::Poll => b"eventpoll",
        OpenFile::Timer => b"timerfd",
        OpenFile::Inotify => b"inotify",
        OpenFile::Fanotify => b"fanotify",
        OpenFile::Bpf => b"bpf",
        OpenFile::PerfEvent => b"perf",
        OpenFile::Userfault => b"userfaultfd",
        OpenFile::IoUring => b"io_uring",
        OpenFile::Pid(_) => b"pidfd",
        OpenFile::Other => b"unknown",
    }
}

/// The type as one letter.
pub fn type_char(file: &OpenFile) -> u8 {
    type_letter(file).first().copied().unwrap_or(b'o')
}

fn type_letter(file: &OpenFile) -> &'static [u8] {
    match file {
        OpenFile::Path(file) if is_directory(file) => b"d",
        OpenFile::Path(_) => b"f",
        OpenFile::Socket(socket) => socket_letter(socket),
        OpenFile::Pipe { .. } => b"p",
        OpenFile::Memory(_) => b"m",
        OpenFile::Event => b"e",
        OpenFile::Signal => b"s",
        OpenFile::Poll => b"l",
        OpenFile::Timer => b"t",
        OpenFile::Inotify => b"i",
        OpenFile::Bpf => b"b",
        OpenFile::Userfault => b"u",
        OpenFile::IoUring => b"r",
        OpenFile::Pid(_) => b"P",
        OpenFile::Fanotify | OpenFile::PerfEvent | OpenFile::Other => b"o",
    }
}

fn socket_letter(socket: &Socket) -> &'static [u8] {
    match (socket.family, socket.role) {
        (crate::state::file::AF_UNIX, _) => b"u",
        (crate::state::file::AF_INET, Role::Listener) => b"2",
        (crate::state::file::AF_INET, _) => b"4",
        (crate::state::file::AF_INET6, Role::Listener) => b"3",
        (crate::state::file::AF_INET6, _) => b"6",
        (crate::state::file::AF_NETLINK, _) => b"n",
        _ => b"o",
    }
}

/// The letter, also of a descriptor that a call failed to make.
fn letter(moment: &Moment<'_>) -> &'static [u8] {
    use EventKind as K;
    if let Some(file) = moment.file {
        return type_letter(file);
    }
    match moment.kind() {
        K::Open | K::Openat | K::Openat2 | K::Creat => b"f",
        K::Socket | K::Accept | K::Accept4 => b"4",
        K::Pipe | K::Pipe2 => b"p",
        K::Eventfd2 => b"e",
        K::Signalfd4 => b"s",
        K::TimerfdCreate => b"t",
        K::InotifyInit1 => b"i",
        _ => b"o",
    }
}

fn types<'v>(moment: &Moment<'_>, out: &'v mut Vec<u8>) -> Value<'v> {
    for (_, file) in moment.state.files_of(moment.process) {
        let name = type_name(file);
        if !out.split(|byte| *byte == 0).any(|held| held == name) {
            out.extend_from_slice(name);
            out.push(0);
        }
    }
    if out.is_empty() {
        Value::Absent
    } else {
        Value::List(out)
    }
}

/// The name of a descriptor.
pub fn push_name(file: &OpenFile, out: &mut Vec<u8>) {
    match file {
        OpenFile::Path(file) => out.extend_from_slice(&file.path),
        OpenFile::Socket(socket) => socket::push_name(socket, out),
        OpenFile::Memory(name) => {
            out.extend_from_slice(b"memfd:");
            out.extend_from_slice(name);
        }
        OpenFile::Pipe { inode, .. } => {
            out.extend_from_slice(b"pipe:[");
            push_number(out, (*inode).into());
            out.push(b']');
        }
        _ => {}
    }
}

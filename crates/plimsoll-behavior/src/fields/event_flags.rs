//! `evt.is_*`: questions about the event that are answered by yes or no.

use plimsoll_model::event::{Class, EventKind, FILE_OVERLAY, FILE_UPPER, Param};

use super::build::{FROM_EVENT, FROM_FILES};
use super::event::{receives, sends};
use super::{Argument, Field, Value, flags};
use crate::state::{Moment, OpenFile};

pub const FIELDS: &[Field] = &[
    Field::bool("evt.is_open_read", FROM_EVENT)
        .costs(2)
        .fixed_by(not_open)
        .is("whether a path was opened for reading", |m, _, _| {
            way(m, flags::READ)
        }),
    Field::bool("evt.is_open_write", FROM_EVENT)
        .costs(2)
        .fixed_by(not_open)
        .is("whether a path was opened for writing", |m, _, _| {
            way(m, flags::WRITE)
        }),
    Field::bool("evt.is_open_exec", FROM_EVENT)
        .costs(2)
        .fixed_by(|kind, _| {
            (!is_open(kind) && kind != EventKind::Creat).then_some(Value::Bool(false))
        })
        .is(
            "whether a file was to be made with execute permission",
            |m, _, _| Value::Bool(makes_executable(m)),
        ),
    Field::bool("evt.is_open_create", FROM_EVENT)
        .costs(2)
        .fixed_by(not_open)
        .is("whether the open made the file", |m, _, _| {
            Value::Bool(created(m))
        }),
    Field::bool("evt.is_io", FROM_EVENT)
        .fixed_by(|kind, _| Some(Value::Bool(sends(kind) || receives(kind))))
        .is("whether the call reads or writes", |m, _, _| {
            Value::Bool(sends(m.kind()) || receives(m.kind()))
        }),
    Field::bool("evt.is_io_read", FROM_EVENT)
        .fixed_by(|kind, _| Some(Value::Bool(receives(kind))))
        .is("whether the call reads", |m, _, _| {
            Value::Bool(receives(m.kind()))
        }),
    Field::bool("evt.is_io_write", FROM_EVENT)
        .fixed_by(|kind, _| Some(Value::Bool(sends(kind))))
        .is("whether the call writes", |m, _, _| {
            Value::Bool(sends(m.kind()))
        }),
    Field::text("evt.io_dir", FROM_EVENT)
        .fixed_by(direction)
        .is("`read` or `write`", |m, _, _| {
            direction(m.kind(), &Argument::None).unwrap_or(Value::Absent)
        }),
    Field::bool("evt.is_wait", FROM_EVENT)
        .fixed_by(|_, _| Some(Value::Bool(false)))
        .is("always false: calls that wait are not told", |_, _, _| {
            Value::Bool(false)
        }),
    Field::bool("evt.is_syslog", FROM_FILES)
        .fixed_by(|kind, _| (!sends(kind)).then_some(Value::Bool(false)))
        .is("whether it is sent to the system log", |m, _, _| {
            Value::Bool(is_syslog(m))
        }),
];

/// Types of events that Falco has and this sensor does not tell: a rule for them is right, but will
/// not fire.
pub const OTHER_TYPES: &[&str] = &[
    "read",
    "write",
    "pread",
    "pwrite",
    "readv",
    "writev",
    "preadv",
    "pwritev",
    "mmap",
    "mmap2",
    "munmap",
    "brk",
    "futex",
    "stat",
    "lstat",
    "fstat",
    "stat64",
    "lstat64",
    "fstat64",
    "newfstatat",
    "statx",
    "access",
    "faccessat",
    "faccessat2",
    "lseek",
    "llseek",
    "ioctl",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "epoll_create",
    "epoll_ctl",
    "nanosleep",
    "clock_nanosleep",
    "getcwd",
    "getdents",
    "getdents64",
    "getrlimit",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "send",
    "recv",
    "flock",
    "semop",
    "semctl",
    "semget",
    "switch",
    "signaldeliver",
    "page_fault",
    "io_uring_enter",
    "mlock",
    "mlock2",
    "munlock",
    "mlockall",
    "munlockall",
    "drop",
    "syscall",
    "scapevent",
    "notification",
    "infra",
    "procinfo",
    "cpu_hotplug",
    "k8s",
    "mesos",
    "tracer",
    "pluginevent",
    "asyncevent",
    "user_added",
    "user_deleted",
    "group_added",
    "group_deleted",
    "umount",
    "eventfd",
    "signalfd",
    "inotify_init",
    "prlimit",
    "mincore",
    "madvise",
    "uname",
    "getpid",
    "exit",
    "exit_group",
    "wait4",
    "waitid",
    "tee",
    "vmsplice",
    "readlink",
    "readlinkat",
    "sync",
    "fsync",
    "io_setup",
    "io_submit",
    "shmget",
    "shmat",
    "shmctl",
    "msgget",
    "msgsnd",
    "msgrcv",
    "sysinfo",
    "arch_prctl",
    "modify_ldt",
    "remap_file_pages",
    "ustat",
    "lookup_dcookie",
    "migrate_pages",
    "move_pages",
    "mbind",
    "get_mempolicy",
    "set_mempolicy",
    "kcmp",
    "nfsservctl",
    "sysfs",
    "_sysctl",
    "uselib",
    "create_module",
    "query_module",
    "get_kernel_syms",
    "stime",
    "settimeofday",
    "vm86",
    "vm86old",
];

/// The name of a kind as rules have it.
pub const fn event_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Prlimit64 => "prlimit",
        kind => kind.name(),
    }
}

/// Whether it opens a path, as `evt.is_open_*` understands that.
pub const fn is_open(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Open | EventKind::Openat | EventKind::Openat2 | EventKind::OpenByHandleAt
    )
}

fn not_open(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    (!is_open(kind)).then_some(Value::Bool(false))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all such functions")]
fn direction(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    Some(match (sends(kind), receives(kind)) {
        (true, _) => Value::Text(b"write"),
        (_, true) => Value::Text(b"read"),
        _ => Value::Absent,
    })
}

fn way(moment: &Moment<'_>, bit: u64) -> Value<'static> {
    let flags = moment.record.number(Param::Flags);
    let holds = flags.is_some_and(|flags| flags::open_bits(flags) & bit != 0);
    Value::Bool(is_open(moment.kind()) && holds)
}

fn makes_executable(moment: &Moment<'_>) -> bool {
    let flags = moment.record.number(Param::Flags).unwrap_or(0);
    let makes = match moment.kind() {
        EventKind::Creat => true,
        EventKind::Open | EventKind::Openat | EventKind::Openat2 => {
            flags & (flags::O_CREAT | flags::O_TMPFILE) != 0
        }
        _ => false,
    };
    let mode = moment.record.number(Param::Mode).unwrap_or(0);
    makes && mode & 0o111 != 0
}

/// The kernel says whether the open made the file; where it does not, only an exclusive or nameless
/// one is sure to have.
fn created(moment: &Moment<'_>) -> bool {
    let flags = moment.record.number(Param::Flags).unwrap_or(0);
    let made = moment.record.number(Param::FileLayer).unwrap_or(0)
        & plimsoll_model::event::FILE_CREATED
        != 0;
    let exclusive = flags & flags::O_CREAT != 0 && flags & flags::O_EXCL != 0;
    let nameless = flags & flags::O_TMPFILE != 0;
    is_open(moment.kind()) && moment.record.ret >= 0 && (made || exclusive || nameless)
}

/// Flags of an open with what else is known of it.
pub fn open_flags(moment: &Moment<'_>, flags: u64) -> u64 {
    if !is_open(moment.kind()) {
        return flags;
    }
    let mut bits = flags::open_bits(flags);
    let layer = moment.record.number(Param::FileLayer).unwrap_or(0);
    if created(moment) {
        bits |= flags::CREATED;
    }
    if layer & FILE_UPPER != 0 {
        bits |= flags::UPPER;
    } else if layer & FILE_OVERLAY != 0 {
        bits |= flags::LOWER;
    }
    bits
}

fn is_syslog(moment: &Moment<'_>) -> bool {
    let file = match moment.file {
        Some(OpenFile::Socket(socket)) => &socket.path,
        _ => return false,
    };
    sends(moment.kind()) && moment.kind().class() == Class::Syscall && file.ends_with(b"/dev/log")
}

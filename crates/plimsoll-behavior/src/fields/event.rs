//! `evt.*`: kind, number, result and data of the event.

use plimsoll_model::event::{Class, EventKind, Param};

use super::build::{FROM_EVENT, FROM_FILES};
use super::event_args::result;
use super::event_flags::event_name;
use super::{Argument, Field, Value};
use crate::rules::ArgKind;
use crate::state::{Moment, OpenFile};

pub const FIELDS: &[Field] = &[
    Field::unsigned("evt.num", FROM_EVENT).is("number of the event, from 1", |m, _, _| {
        Value::Unsigned(m.number())
    }),
    Field::text("evt.type", FROM_EVENT)
        .fixed_by(kind_name)
        .is("name of the call or event", |m, _, _| {
            Value::Text(event_name(m.kind()).as_bytes())
        }),
    Field::unsigned("evt.type.is", FROM_EVENT)
        .arg(ArgKind::KeyRequired)
        .fixed_by(kind_is)
        .is("1 for events of the type in the argument", |m, a, _| {
            kind_is(m.kind(), a).unwrap_or(Value::Absent)
        }),
    Field::text("syscall.type", FROM_EVENT)
        .fixed_by(call_name)
        .is(
            "name of the system call; absent for other events",
            |m, _, _| call_name(m.kind(), &Argument::None).unwrap_or(Value::Absent),
        ),
    Field::text("evt.dir", FROM_EVENT)
        .fixed_by(|_, _| Some(Value::Text(b"<")))
        .is("always `<`: calls are told when they return", |_, _, _| {
            Value::Text(b"<")
        }),
    Field::text("evt.source", FROM_EVENT)
        .fixed_by(|_, _| Some(Value::Text(b"syscall")))
        .is("source of the event", |_, _, _| Value::Text(b"syscall")),
    Field::bool("evt.is_async", FROM_EVENT)
        .fixed_by(|kind, _| Some(Value::Bool(kind.class() == Class::Meta)))
        .is("whether user space made the event", |m, _, _| {
            Value::Bool(m.kind().class() == Class::Meta)
        }),
    Field::text("evt.asynctype", FROM_EVENT).is(
        "name of an event that user space made",
        |m, _, _| match m.kind().class() {
            Class::Meta => Value::Text(m.kind().name().as_bytes()),
            _ => Value::Absent,
        },
    ),
    Field::text("evt.category", FROM_EVENT)
        .fixed_by(fixed_category)
        .is(
            "what sort of call it is: file, net, process, user, …",
            |m, _, _| category(m),
        ),
    Field::signed("evt.cpu", FROM_EVENT).is("number of the processor", |m, _, _| {
        Value::Signed(m.record.cpu.into())
    }),
    Field::text("evt.res", FROM_EVENT).is("`SUCCESS` or the name of the error", |m, _, out| {
        match returned(m) {
            Some(0..) => Value::Text(b"SUCCESS"),
            Some(_) => result(m, out),
            None => Value::Absent,
        }
    }),
    Field::signed("evt.rawres", FROM_EVENT).costs(2).is(
        "what the call returned; a negative errno when it failed",
        |m, _, _| Value::signed(returned(m)),
    ),
    Field::bool("evt.failed", FROM_EVENT)
        .costs(2)
        .is("whether the call failed", |m, _, _| {
            Value::bool(returned(m).map(|ret| ret < 0))
        }),
    Field::unsigned("evt.count", FROM_EVENT)
        .fixed_by(|_, _| Some(Value::Unsigned(1)))
        .is("always 1", |_, _, _| Value::Unsigned(1)),
    Field::unsigned("evt.count.error", FROM_EVENT)
        .is("1 for calls that failed, else 0", |m, _, _| errors(m)),
    Field::unsigned("evt.count.error.file", FROM_EVENT)
        .is("the same for calls about files", |m, _, _| {
            errors_of(m, is_file(m))
        }),
    Field::unsigned("evt.count.error.net", FROM_EVENT)
        .is("the same for calls about sockets", |m, _, _| {
            errors_of(m, is_net(m))
        }),
    Field::unsigned("evt.count.error.memory", FROM_EVENT)
        .is("the same for calls about memory", |m, _, _| {
            errors_of(m, is_memory(m))
        }),
    Field::unsigned("evt.count.error.other", FROM_EVENT)
        .is("the same for all other calls", |m, _, _| {
            errors_of(m, !is_file(m) && !is_net(m) && !is_memory(m))
        }),
    Field::unsigned("evt.count.exit", FROM_EVENT)
        .fixed_by(|_, _| Some(Value::Unsigned(1)))
        .is("always 1: calls are told when they return", |_, _, _| {
            Value::Unsigned(1)
        }),
    Field::bytes("evt.buffer", FROM_EVENT)
        .fixed_by(|kind, _| (!moves_data(kind)).then_some(Value::Absent))
        .is("first bytes of what was sent or received", |m, _, _| {
            m.record
                .param(Param::Data)
                .map_or(Value::Absent, Value::Bytes)
        }),
    Field::unsigned("evt.buflen", FROM_EVENT).is("bytes that were moved", |m, _, _| moved(m, true)),
    Field::unsigned("evt.buflen.in", FROM_EVENT).is("bytes that were received", |m, _, _| {
        moved(m, receives(m.kind()))
    }),
    Field::unsigned("evt.buflen.out", FROM_EVENT)
        .is("bytes that were sent", |m, _, _| moved(m, sends(m.kind()))),
    Field::unsigned("evt.buflen.net", FROM_FILES).is("bytes moved over the network", |m, _, _| {
        moved(m, is_net(m))
    }),
    Field::unsigned("evt.buflen.net.in", FROM_FILES)
        .is("bytes received over the network", |m, _, _| {
            moved(m, is_net(m) && receives(m.kind()))
        }),
    Field::unsigned("evt.buflen.net.out", FROM_FILES)
        .is("bytes sent over the network", |m, _, _| {
            moved(m, is_net(m) && sends(m.kind()))
        }),
    Field::text("evt.hostname", "the host's name at start").is("name of the node", |m, _, _| {
        Value::filled(&m.state.host.name)
    }),
];

#[expect(clippy::unnecessary_wraps, reason = "the form of all such functions")]
fn kind_name(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    Some(Value::Text(event_name(kind).as_bytes()))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all such functions")]
fn kind_is(kind: EventKind, argument: &Argument) -> Option<Value<'static>> {
    let Argument::Kind(wanted) = argument else {
        return Some(Value::Absent);
    };
    Some(Value::Unsigned((*wanted == Some(kind)).into()))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all such functions")]
fn call_name(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    Some(match kind.class() {
        Class::Syscall => Value::Text(event_name(kind).as_bytes()),
        _ => Value::Absent,
    })
}

/// What the call returned, once it has.
fn returned(moment: &Moment<'_>) -> Option<i64> {
    let told = moment.kind().class() == Class::Syscall && !moment.is_entry();
    told.then_some(moment.record.ret)
}

fn errors(moment: &Moment<'_>) -> Value<'static> {
    Value::unsigned(returned(moment).map(|ret| u64::from(ret < 0)))
}

fn errors_of(moment: &Moment<'_>, such: bool) -> Value<'static> {
    if such { errors(moment) } else { Value::Absent }
}

fn is_file(moment: &Moment<'_>) -> bool {
    match moment.file {
        Some(file) => matches!(file, OpenFile::Path(_)),
        None => super::event_flags::is_open(moment.kind()),
    }
}

fn is_net(moment: &Moment<'_>) -> bool {
    match moment.file {
        Some(file) => matches!(file, OpenFile::Socket(_)),
        None => matches!(
            moment.kind(),
            EventKind::Accept | EventKind::Accept4 | EventKind::Connect
        ),
    }
}

const fn is_memory(moment: &Moment<'_>) -> bool {
    matches!(moment.kind(), EventKind::Mprotect)
}

pub const fn sends(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Sendto | EventKind::Sendmsg | EventKind::Sendmmsg | EventKind::CopyFileRange
    )
}

pub const fn receives(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Recvfrom | EventKind::Recvmsg | EventKind::Recvmmsg | EventKind::CopyFileRange
    )
}

const fn moves_data(kind: EventKind) -> bool {
    sends(kind)
        || receives(kind)
        || matches!(kind, EventKind::ProcessVmReadv | EventKind::ProcessVmWritev)
}

fn moved(moment: &Moment<'_>, such: bool) -> Value<'static> {
    if !such || !moves_data(moment.kind()) {
        return Value::Absent;
    }
    match returned(moment) {
        Some(ret @ 0..) => Value::Unsigned(ret.unsigned_abs()),
        _ => Value::Absent,
    }
}

/// The category of a kind; none where it depends on the descriptor.
fn fixed_category(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    use EventKind as K;
    let category: &[u8] = match kind {
        K::Close
        | K::Dup
        | K::Dup2
        | K::Dup3
        | K::Fcntl
        | K::Splice
        | K::Sendto
        | K::Sendmsg
        | K::Sendmmsg
        | K::Recvfrom
        | K::Recvmsg
        | K::Recvmmsg
        | K::Sendfile => return None,
        K::Socket | K::Connect | K::Bind | K::Listen | K::Accept | K::Accept4 | K::Shutdown => {
            b"net"
        }
        K::Socketpair | K::Pipe | K::Pipe2 | K::Eventfd2 | K::InotifyInit1 => b"IPC",
        K::Execve
        | K::Execveat
        | K::Clone
        | K::Clone3
        | K::Fork
        | K::Vfork
        | K::Setns
        | K::Unshare
        | K::Ptrace
        | K::Setsid
        | K::Setpgid
        | K::Capset
        | K::Prctl
        | K::Prlimit64
        | K::Setrlimit
        | K::Chroot
        | K::Procexit
        | K::PidfdOpen
        | K::PidfdGetfd
        | K::Container
        | K::ProcessVmReadv
        | K::ProcessVmWritev => b"process",
        K::Kill | K::Tkill | K::Tgkill | K::Signalfd4 => b"signal",
        K::Setuid
        | K::Setgid
        | K::Setreuid
        | K::Setregid
        | K::Setresuid
        | K::Setresgid
        | K::Quotactl => b"user",
        K::TimerfdCreate => b"time",
        K::Mprotect | K::MemfdCreate => b"memory",
        K::Open
        | K::Openat
        | K::Openat2
        | K::Creat
        | K::OpenByHandleAt
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
        | K::Fchmod
        | K::Fchmodat
        | K::Chown
        | K::Fchown
        | K::Lchown
        | K::Fchownat
        | K::Chdir
        | K::Fchdir
        | K::Mount
        | K::Umount2
        | K::Userfaultfd
        | K::CopyFileRange => b"file",
        _ => b"other",
    };
    Some(Value::Text(category))
}

fn category(moment: &Moment<'_>) -> Value<'static> {
    if let Some(fixed) = fixed_category(moment.kind(), &Argument::None) {
        return fixed;
    }
    Value::Text(match moment.file {
        Some(OpenFile::Path(_) | OpenFile::Memory(_)) => b"file",
        Some(OpenFile::Socket(_)) => b"net",
        Some(OpenFile::Pipe { .. } | OpenFile::Event | OpenFile::Inotify) => b"ipc",
        _ => b"unknown",
    })
}

//! One event as JSON: `plimsoll.event/v1`, one object a line, for programs that read along.
//!
//! It stands here and not in `plimsoll-report` because it is written from a [`Moment`], which only
//! this crate knows, a million times a second where somebody asks for it; there is no document
//! between that could be handed over. The rules of that crate hold: keys are snake_case and absent
//! rather than null, times are RFC 3339, a new key may come at any time.
//!
//! Texts from outside may be any bytes. What is no UTF-8 is shown with `\u{fffd}`, and the bytes
//! themselves stand beside it in hexadecimal, under the same key with `_hex`.

use plimsoll_model::event::{
    FLAG_ANSWERED, FLAG_COMPAT, FLAG_CUT, FLAG_FAULT, FLAG_FROM_PROC, FLAG_IO_URING,
    FLAG_PATH_PARTIAL, FLAG_RACED, Param, Type,
};

use crate::pipeline::timestamp;
use crate::state::file::Role;
use crate::state::{Container, Knowledge, Moment, OpenFile, Process};

mod object;
#[cfg(test)]
mod tests;

use object::Object;

/// What the form is called.
pub const SCHEMA: &str = "plimsoll.event/v1";
/// Most ancestors that are named.
pub const ANCESTORS_MAX: usize = 16;
/// Longest text of a parameter, in bytes; what is longer is cut, and `cut` is among the flags.
pub const TEXT_BYTES_MAX: usize = 16 << 10;

const FLAGS: &[(u16, &str)] = &[
    (FLAG_CUT, "cut"),
    (FLAG_IO_URING, "io_uring"),
    (FLAG_PATH_PARTIAL, "path_partial"),
    (FLAG_RACED, "raced"),
    (FLAG_COMPAT, "compat"),
    (FLAG_FAULT, "fault"),
    (FLAG_FROM_PROC, "from_proc"),
    (FLAG_ANSWERED, "answered"),
];

/// Writes one event, without a line's end.
pub fn write(moment: &Moment<'_>, out: &mut Vec<u8>) {
    let record = moment.record;
    let mut event = Object::new(out);
    event.str("schema", SCHEMA);
    event.number("number", moment.number());
    event.str("time", &timestamp(moment.wall_ns()).to_string());
    event.number("boot_ns", record.time_ns);
    event.str("kind", record.kind.name());
    if moment.is_entry() {
        event.bool("entry", true);
    } else {
        event.number("ret", record.ret);
    }
    if record.flags & !1 != 0 {
        event.list("flags", |list| {
            for (_, name) in FLAGS.iter().filter(|(flag, _)| record.has(*flag)) {
                list.str(name);
            }
        });
    }
    event.number("cpu", record.cpu);
    event.number("sequence", record.sequence);
    if record.exec.pid != 0 {
        event.number("tid", record.tid);
        event.object("process", |object| process(moment, object));
        event.list("ancestors", |list| {
            for ancestor in moment.ancestors().take(ANCESTORS_MAX) {
                list.object(|object| brief(ancestor, object));
            }
        });
        event.object("container", |object| container(moment.container, object));
    }
    if let Some(file) = moment.file {
        event.object("fd", |object| open_file(moment.fd, file, object));
    }
    if let Some(file) = moment.second_file {
        event.object("fd2", |object| open_file(moment.second_fd, file, object));
    }
    if let Some(path) = moment.path() {
        event.bytes("path", &path);
    }
    if let Some(path) = moment.new_path() {
        event.bytes("new_path", &path);
    }
    event.object("params", |object| params(moment, object));
    event.end();
}

fn brief(process: &Process, object: &mut Object<'_>) {
    object.number("pid", process.exec.pid);
    object.number("start_ns", process.exec.start_ns);
    object.bytes("name", &process.comm);
    if !process.program.exe_path.is_empty() {
        object.bytes("exe", &process.program.exe_path);
    }
}

fn process(moment: &Moment<'_>, object: &mut Object<'_>) {
    let process = moment.process;
    brief(process, object);
    object.list("args", |list| {
        for arg in process.argv() {
            list.bytes(arg);
        }
    });
    if !process.cwd.is_empty() {
        object.bytes("cwd", &process.cwd);
    }
    object.number("cgroup_id", process.cgroup_id);
    object.number("mnt_ns", process.namespaces.mnt);
    object.number("pid_ns", process.namespaces.pid);
    if !process.is_described() {
        return;
    }
    let ids = &process.credentials;
    object.number("uid", ids.uid);
    object.number("euid", ids.euid);
    object.number("gid", ids.gid);
    object.number("egid", ids.egid);
    if let Some(user) = moment.accounts.user(ids.uid) {
        object.bytes("user", &user.name);
    }
    if process.login_uid != crate::state::LOGIN_UID_NONE {
        object.number("login_uid", process.login_uid);
    }
    let capabilities = process.capabilities.effective;
    object.str("cap_effective", &format!("{capabilities:x}"));
    object.number("vpid", process.vpid);
    object.number("sid", process.sid);
    object.number("pgid", process.pgid);
    object.number("tty", process.tty);
}

fn container(container: &Container, object: &mut Object<'_>) {
    for (key, text) in [
        ("id", &container.id),
        ("name", &container.name),
        ("engine", &container.engine),
        ("image", &container.image),
        ("image_digest", &container.image_digest),
    ] {
        if !text.is_empty() {
            object.bytes(key, text);
        }
    }
    let known = match container.knowledge {
        Knowledge::Unknown => "unknown",
        Knowledge::Partial => "partial",
        Knowledge::Known => "known",
        Knowledge::Gone => "gone",
    };
    object.str("knowledge", known);
    if let Some(pod) = &container.details.pod {
        object.object("pod", |object| {
            object.str("namespace", &pod.namespace);
            object.str("name", &pod.name);
            object.str("uid", &pod.uid);
        });
    }
}

fn open_file(fd: Option<i32>, file: &OpenFile, object: &mut Object<'_>) {
    if let Some(fd) = fd {
        object.number("number", fd);
    }
    object.str("type", file.type_name());
    match file {
        OpenFile::Path(file) => {
            object.bytes("path", &file.path);
            if !file.written.is_empty() {
                object.bytes("written", &file.written);
            }
        }
        OpenFile::Memory(name) => object.bytes("path", name),
        OpenFile::Socket(socket) => {
            object.number("family", socket.family);
            object.number("protocol", socket.protocol);
            for (key, end) in [("local", socket.local), ("remote", socket.remote)] {
                if let Some(end) = end {
                    object.object(key, |object| {
                        object.str("address", &end.address.to_string());
                        object.number("port", end.port);
                    });
                }
            }
            if socket.is_unix() {
                object.bytes("path", &socket.path);
            }
            match socket.role {
                Role::Unknown => {}
                Role::Client => object.str("role", "client"),
                Role::Server => object.str("role", "server"),
                Role::Listener => object.str("role", "listener"),
            }
        }
        OpenFile::Pid(pid) => object.number("pid", pid),
        _ => {}
    }
}

/// All parameters but those that describe the process, which stand in `process`.
fn params(moment: &Moment<'_>, object: &mut Object<'_>) {
    for (number, value) in moment.record.params() {
        let Some(param) = Param::from_number(number) else {
            object.bytes(&format!("param_{number}"), cut(value));
            continue;
        };
        if (Param::Comm..=Param::Interpreter).contains(&param) {
            continue;
        }
        let whole = <[u8; 8]>::try_from(value);
        match (param.value_type(), whole) {
            (Type::I64, Ok(value)) => object.number(param.name(), i64::from_le_bytes(value)),
            (Type::U64, Ok(value)) => object.number(param.name(), u64::from_le_bytes(value)),
            _ => match (param, crate::state::address(value)) {
                (Param::LocalAddress | Param::RemoteAddress, Some(address)) => {
                    object.str(param.name(), &address.to_string());
                }
                _ => object.bytes(param.name(), cut(value)),
            },
        }
    }
}

fn cut(value: &[u8]) -> &[u8] {
    value.get(..TEXT_BYTES_MAX).unwrap_or(value)
}

//! `evt.arg`, `evt.rawarg`, `evt.args`: what a call was given and gave back.

mod more;
mod table;

use std::borrow::Cow;

use plimsoll_model::event::{EventKind, FILE_UPPER, FILE_WRITABLE, Param, Type};

pub use table::args_of;

use super::arguments::{EventArg, Form, ProcessPart};
use super::build::FROM_EVENT;
use super::{Argument, Field, Value, flags, push_number, text};
use crate::rules::ArgKind;
use crate::state::{LOGIN_UID_NONE, Moment, OpenFile};

/// Arguments of events that this sensor does not tell: known, and always absent.
pub const OTHER_ARGS: &[&str] = &[
    "fdlimit",
    "pgft_maj",
    "pgft_min",
    "vm_size",
    "vm_rss",
    "vm_swap",
    "cgroups",
    "pidns_init_start_ts",
    "queuepct",
    "queuelen",
    "queuemax",
    "res_or_fd",
    "msgcontrol",
    "img",
    "sq_entries",
    "cq_entries",
    "sq_thread_cpu",
    "sq_thread_idle",
    "features",
    "creat_flags",
    "special",
    "quotafilepath",
    "pos",
    "offset",
    "request_type",
    "source",
    "peer",
    "core",
    "ret",
    "prot",
    "addr",
    "length",
    "argument",
    "val",
    "optlen",
    "level",
    "optname",
    "ID",
    "nativeID",
];

pub const FIELDS: &[Field] = &[
    Field::text("evt.arg", FROM_EVENT)
        .arg(ArgKind::AnyRequired)
        .costs(15)
        .fixed_by(missing)
        .is(
            "an argument by name or number, as text: flags and errors by name, paths joined",
            |m, a, out| {
                let Some(arg) = a.of(m.kind()) else {
                    return Value::Absent;
                };
                shown(m, arg, out)
            },
        ),
    Field::dynamic("evt.rawarg", FROM_EVENT)
        .arg(ArgKind::AnyRequired)
        .costs(10)
        .fixed_by(missing)
        .is(
            "an argument by name as it is: numbers as numbers",
            |m, a, out| a.of(m.kind()).map_or(Value::Absent, |arg| raw(m, arg, out)),
        ),
    Field::text("evt.args", FROM_EVENT)
        .costs(200)
        .is("all arguments, `name=value` each", |m, _, out| all(m, out)),
    Field::text("evt.info", FROM_EVENT)
        .costs(200)
        .is("the same as `evt.args`", |m, _, out| all(m, out)),
];

fn missing(kind: EventKind, argument: &Argument) -> Option<Value<'static>> {
    argument.of(kind).is_none().then_some(Value::Absent)
}

/// Each argument with its name, and with what it means in round brackets.
fn all<'v>(moment: &Moment<'_>, out: &'v mut Vec<u8>) -> Value<'v> {
    let mut part = Vec::new();
    for (index, arg) in args_of(moment.kind()).iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(arg.name.as_bytes());
        out.push(b'=');
        part.clear();
        raw(moment, arg, &mut part).write(out);
        part.clear();
        if let (Value::Text(meaning), true) = (shown(moment, arg, &mut part), has_meaning(arg.form))
        {
            out.push(b'(');
            out.extend_from_slice(meaning);
            out.push(b')');
        }
    }
    Value::Text(out)
}

const fn has_meaning(form: Form) -> bool {
    matches!(
        form,
        Form::Fd(_)
            | Form::ResultFd
            | Form::Flags(..)
            | Form::Name(..)
            | Form::Mode(_)
            | Form::User(_)
            | Form::Group(_)
    )
}

/// An argument as people read it.
fn shown<'v>(moment: &Moment<'v>, arg: &EventArg, out: &'v mut Vec<u8>) -> Value<'v> {
    match arg.form {
        Form::Result => result(moment, out),
        Form::ResultFd => match moment.record.ret {
            _ if moment.is_entry() => Value::Absent,
            ret if ret < 0 => result(moment, out),
            ret => {
                push_fd(moment, i32::try_from(ret).unwrap_or(-1), out);
                Value::Text(out)
            }
        },
        Form::Fd(param) => match moment.record.signed(param) {
            Some(fd) => {
                push_fd(moment, i32::try_from(fd).unwrap_or(-1), out);
                Value::Text(out)
            }
            None => Value::Absent,
        },
        Form::Folder(param) => match moment.record.signed(param) {
            Some(-100) => Value::Text(b"AT_FDCWD"),
            Some(fd) => {
                push_fd(moment, i32::try_from(fd).unwrap_or(-1), out);
                Value::Text(out)
            }
            None => Value::Absent,
        },
        Form::Path(param, _) => path(moment, param, out),
        Form::Flags(param, names) => flagged(moment, param, names, out),
        Form::Name(param, names) => match number(moment, param) {
            Some(value) => match names.name(value) {
                Some(name) => Value::Text(name.as_bytes()),
                None => shown_number(value.into(), out),
            },
            None => Value::Absent,
        },
        Form::Mode(param) => flagged(moment, param, &flags::MODE, out),
        Form::User(param) => match number(moment, param).map(|uid| uid as u32) {
            Some(uid) => match moment.accounts.user(uid) {
                Some(user) => Value::Text(&user.name),
                None => shown_number(i128::from(uid as i32), out),
            },
            None => Value::Absent,
        },
        Form::Group(param) => match number(moment, param).map(|gid| gid as u32) {
            Some(gid) => match moment.accounts.group(gid) {
                Some(group) => Value::Text(&group.name),
                None => shown_number(i128::from(gid as i32), out),
            },
            None => Value::Absent,
        },
        Form::Decimal(_) | Form::Signed(_) | Form::Status => {
            match raw(moment, arg, &mut Vec::new()).number() {
                Some(number) => shown_number(number, out),
                None => Value::Absent,
            }
        }
        Form::Octal(param) => formatted(moment, param, out, |value| format!("0{value:o}")),
        Form::Hex(param) => formatted(moment, param, out, |value| format!("{value:X}")),
        Form::Process(part) => match process(moment, part, out) {
            Shown::Text => Value::Text(out),
            Shown::Absent => Value::Absent,
            Shown::Number(number) => shown_number(number, out),
        },
        Form::Text(_) | Form::Data | Form::Tuple | Form::Given => raw(moment, arg, out),
    }
}

/// An argument as it is.
fn raw<'v>(moment: &Moment<'v>, arg: &EventArg, out: &'v mut Vec<u8>) -> Value<'v> {
    match arg.form {
        Form::Result | Form::ResultFd if moment.is_entry() => Value::Absent,
        Form::Result | Form::ResultFd => Value::Signed(moment.record.ret),
        Form::Fd(param) | Form::Folder(param) | Form::Signed(param) => {
            Value::signed(moment.record.signed(param))
        }
        Form::Path(param, _) | Form::Text(param) => Value::text(moment.record.param(param)),
        Form::Data => moment
            .record
            .param(Param::Data)
            .map_or(Value::Absent, Value::Bytes),
        Form::Decimal(param)
        | Form::Octal(param)
        | Form::Hex(param)
        | Form::Flags(param, _)
        | Form::Name(param, _)
        | Form::Mode(param)
        | Form::User(param)
        | Form::Group(param) => Value::unsigned(number(moment, param)),
        Form::Status => Value::unsigned(moment.record.number(Param::ExitCode)),
        Form::Tuple => match moment.file {
            Some(OpenFile::Socket(socket)) => {
                super::socket::push_name(socket, out);
                Value::filled(out)
            }
            _ => Value::Absent,
        },
        Form::Given => {
            super::socket::push_given(moment, out);
            Value::filled(out)
        }
        Form::Process(part) => match process(moment, part, out) {
            Shown::Text => Value::Text(out),
            Shown::Absent => Value::Absent,
            Shown::Number(number) => Value::Signed(i64::try_from(number).unwrap_or(i64::MAX)),
        },
    }
}

/// A number of the call.
fn number(moment: &Moment<'_>, param: Param) -> Option<u64> {
    match param.value_type() {
        Type::I64 => moment.record.signed(param).map(|number| number as u64),
        _ => moment.record.number(param),
    }
}

fn shown_number(number: i128, out: &mut Vec<u8>) -> Value<'_> {
    push_number(out, number);
    Value::Text(out)
}

fn formatted<'v>(
    moment: &Moment<'_>,
    param: Param,
    out: &'v mut Vec<u8>,
    form: impl Fn(u64) -> String,
) -> Value<'v> {
    let Some(value) = number(moment, param) else {
        return Value::Absent;
    };
    out.extend_from_slice(form(value).as_bytes());
    Value::Text(out)
}

fn flagged<'v>(
    moment: &Moment<'_>,
    param: Param,
    names: &'static flags::Flags,
    out: &'v mut Vec<u8>,
) -> Value<'v> {
    let Some(mut value) = number(moment, param) else {
        return Value::Absent;
    };
    if std::ptr::eq(names, &raw const flags::OPEN) {
        value = super::event_flags::open_flags(moment, value);
    }
    if std::ptr::eq(names, &raw const flags::MODE) {
        value &= 0o7777;
    }
    names.push(value, out);
    Value::Text(out)
}

/// A path as it was written, joined where it was relative.
fn path<'v>(moment: &Moment<'v>, param: Param, out: &'v mut Vec<u8>) -> Value<'v> {
    let Some(written) = moment.record.param(param) else {
        return Value::Absent;
    };
    if written.first() == Some(&b'/') {
        return Value::Text(written);
    }
    let joined = match param {
        Param::Name => moment.written_path(),
        Param::NewName => moment.written_new_path(),
        _ => None,
    };
    match joined {
        Some(Cow::Borrowed(joined)) => Value::Text(joined),
        Some(Cow::Owned(joined)) => {
            out.extend_from_slice(&joined);
            Value::Text(out)
        }
        None => Value::Text(written),
    }
}

/// `SUCCESS` or the name of the error.
pub fn result<'v>(moment: &Moment<'_>, out: &'v mut Vec<u8>) -> Value<'v> {
    let ret = moment.record.ret;
    if moment.is_entry() {
        return Value::Absent;
    }
    if ret >= 0 {
        return shown_number(ret.into(), out);
    }
    match flags::errno(ret.unsigned_abs()) {
        Some(name) => Value::Text(name.as_bytes()),
        None => shown_number(ret.into(), out),
    }
}

/// A descriptor with what it stands for, as `<f>/etc/passwd`.
fn push_fd(moment: &Moment<'_>, fd: i32, out: &mut Vec<u8>) {
    let file = if moment.fd == Some(fd) {
        moment.file
    } else {
        moment.descriptor(fd)
    };
    match file {
        Some(file) => {
            out.push(b'<');
            out.push(super::file::type_char(file));
            out.extend_from_slice(match super::file::type_char(file) {
                b'4' | b'6' => super::socket::protocol_char(file),
                _ => b"",
            });
            out.push(b'>');
            super::file::push_name(file, out);
        }
        None => push_number(out, fd.into()),
    }
}

enum Shown {
    Absent,
    Text,
    Number(i128),
}

fn process(moment: &Moment<'_>, part: ProcessPart, out: &mut Vec<u8>) -> Shown {
    let process = moment.process;
    let program = &process.program;
    let number = |number: u64| Shown::Number(number.into());
    let capabilities = |set: u64, out: &mut Vec<u8>| {
        flags::CAPABILITY.push(set, out);
        Shown::Text
    };
    match part {
        ProcessPart::Exe => out.extend_from_slice(process.argv0()),
        ProcessPart::Args => text::push_args(process, out),
        ProcessPart::Cwd => out.extend_from_slice(&process.cwd),
        ProcessPart::Comm => out.extend_from_slice(&process.comm),
        ProcessPart::Env => text::push_env(process, out),
        ProcessPart::TrustedExePath => out.extend_from_slice(&program.exe_path),
        ProcessPart::ExeFlags => push_exe_flags(program.file.layer, out),
        ProcessPart::CapInheritable => return capabilities(process.capabilities.inheritable, out),
        ProcessPart::CapPermitted => return capabilities(process.capabilities.permitted, out),
        ProcessPart::CapEffective => return capabilities(process.capabilities.effective, out),
        ProcessPart::Tid => return number(moment.record.tid.into()),
        ProcessPart::Pid => return number(process.exec.pid.into()),
        ProcessPart::ParentPid => return number(process.parent.pid.into()),
        ProcessPart::Tty => return number(process.tty.into()),
        ProcessPart::Vpgid => return number(process.vpgid.into()),
        ProcessPart::Pgid => return number(process.pgid.into()),
        ProcessPart::LoginUid if process.login_uid == LOGIN_UID_NONE => return Shown::Number(-1),
        ProcessPart::LoginUid => return number(process.login_uid.into()),
        ProcessPart::ExeInode => return number(program.file.inode),
        ProcessPart::ExeCtime => return number(program.file.ctime_ns),
        ProcessPart::ExeMtime => return number(program.file.mtime_ns),
        ProcessPart::Uid => return number(process.credentials.euid.into()),
        ProcessPart::Gid => return number(process.credentials.egid.into()),
        ProcessPart::Vpid => return number(process.vpid.into()),
        ProcessPart::Vtid => match moment.record.signed(Param::Vtid) {
            Some(vtid) => return Shown::Number(vtid.into()),
            None => return Shown::Absent,
        },
    }
    Shown::Text
}

fn push_exe_flags(layer: u64, out: &mut Vec<u8>) {
    let upper = layer & FILE_UPPER != 0;
    let overlay = layer & plimsoll_model::event::FILE_OVERLAY != 0;
    let memory = layer & plimsoll_model::event::FILE_MEMFD != 0;
    for (name, holds) in [
        ("EXE_WRITABLE", layer & FILE_WRITABLE != 0),
        ("EXE_UPPER_LAYER", upper),
        ("EXE_FROM_MEMFD", memory),
        ("EXE_LOWER_LAYER", overlay && !upper),
    ] {
        if holds {
            if !out.is_empty() {
                out.push(b'|');
            }
            out.extend_from_slice(name.as_bytes());
        }
    }
}

//! `fs.path.*`: paths of calls that succeeded, whether or not they open anything.
//!
//! The source of a link is what is made, its target what it leads to, as Falco has it.

use std::borrow::Cow;

use plimsoll_model::event::{EventKind, Param};

use super::build::FROM_EVENT;
use super::{Argument, Field, Value};
use crate::state::{Moment, OpenFile};

pub const FIELDS: &[Field] = &[
    Field::text("fs.path.name", FROM_EVENT)
        .costs(8)
        .fixed_by(no_path)
        .is_either(
            "full path",
            |m, _, out| match of(m.kind()) {
                Paths::One if m.record.ret >= 0 => put(m.path(), out),
                Paths::Descriptor if m.record.ret >= 0 => match m.file {
                    Some(OpenFile::Path(file)) => Value::Text(&file.path),
                    _ => put(m.path(), out),
                },
                _ => Value::Absent,
            },
            |m, _, out| match of(m.kind()) {
                Paths::One if m.record.ret >= 0 => put(m.written_path(), out),
                _ => Value::Absent,
            },
        ),
    Field::text("fs.path.nameraw", FROM_EVENT)
        .costs(6)
        .fixed_by(no_path)
        .is("the path as it was written", |m, _, _| match of(m.kind()) {
            Paths::One if m.record.ret >= 0 => Value::text(m.record.param(Param::Name)),
            _ => Value::Absent,
        }),
    Field::text("fs.path.source", FROM_EVENT)
        .costs(8)
        .fixed_by(no_source)
        .is_either(
            "full path of what is moved, or of the link that is made",
            |m, _, out| match side(m, true) {
                Side::First => put(m.path(), out),
                Side::Second => put(m.new_path(), out),
                Side::Source => Value::text(m.record.param(Param::Source)),
                Side::Text | Side::None => Value::Absent,
            },
            |m, _, out| match side(m, true) {
                Side::First => put(m.written_path(), out),
                Side::Second => put(m.written_new_path(), out),
                _ => Value::Absent,
            },
        ),
    Field::text("fs.path.sourceraw", FROM_EVENT)
        .costs(6)
        .fixed_by(no_source)
        .is("the same as it was written", |m, _, _| {
            raw(m, side(m, true))
        }),
    Field::text("fs.path.target", FROM_EVENT)
        .costs(8)
        .fixed_by(no_source)
        .is_either(
            "full path of where it is moved to, or of what the link leads to",
            |m, _, out| match side(m, false) {
                Side::First => put(m.path(), out),
                Side::Second => put(m.new_path(), out),
                Side::Text => text_target(m, out),
                Side::Source | Side::None => Value::Absent,
            },
            |m, _, out| match side(m, false) {
                Side::First => put(m.written_path(), out),
                Side::Second => put(m.written_new_path(), out),
                _ => Value::Absent,
            },
        ),
    Field::text("fs.path.targetraw", FROM_EVENT)
        .costs(6)
        .fixed_by(no_source)
        .is("the same as it was written", |m, _, _| {
            raw(m, side(m, false))
        }),
];

enum Paths {
    None,
    One,
    Descriptor,
    /// Of what there is first: source, then target.
    Move,
    Link,
    Symlink,
    Mount,
}

#[derive(Clone, Copy)]
enum Side {
    None,
    First,
    Second,
    Source,
    /// What a symbolic link holds.
    Text,
}

const fn of(kind: EventKind) -> Paths {
    use EventKind as K;
    match kind {
        K::Open
        | K::Openat
        | K::Openat2
        | K::Creat
        | K::OpenByHandleAt
        | K::Mkdir
        | K::Mkdirat
        | K::Rmdir
        | K::Unlink
        | K::Unlinkat
        | K::Chmod
        | K::Fchmodat
        | K::Fchmodat2
        | K::Chown
        | K::Lchown
        | K::Fchownat
        | K::Umount2
        | K::Mknod
        | K::Mknodat
        | K::Truncate => Paths::One,
        K::Fchmod | K::Fchown => Paths::Descriptor,
        K::Rename | K::Renameat | K::Renameat2 => Paths::Move,
        K::Link | K::Linkat => Paths::Link,
        K::Symlink | K::Symlinkat => Paths::Symlink,
        K::Mount => Paths::Mount,
        _ => Paths::None,
    }
}

fn no_path(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    (!matches!(of(kind), Paths::One | Paths::Descriptor)).then_some(Value::Absent)
}

fn no_source(kind: EventKind, _: &Argument) -> Option<Value<'static>> {
    matches!(of(kind), Paths::None | Paths::One | Paths::Descriptor).then_some(Value::Absent)
}

fn side(moment: &Moment<'_>, source: bool) -> Side {
    if moment.record.ret < 0 {
        return Side::None;
    }
    match (of(moment.kind()), source) {
        (Paths::Move, true) | (Paths::Link | Paths::Mount, false) => Side::First,
        (Paths::Move, false) | (Paths::Link | Paths::Symlink, true) => Side::Second,
        (Paths::Symlink, false) => Side::Text,
        (Paths::Mount, true) => Side::Source,
        _ => Side::None,
    }
}

fn raw<'v>(moment: &Moment<'v>, side: Side) -> Value<'v> {
    let param = match side {
        Side::First | Side::Text => Param::Name,
        Side::Second => Param::NewName,
        Side::Source => Param::Source,
        Side::None => return Value::Absent,
    };
    Value::text(moment.record.param(param))
}

/// What a symbolic link leads to; a relative one begins at the current folder, as in Falco.
fn text_target<'v>(moment: &Moment<'v>, out: &'v mut Vec<u8>) -> Value<'v> {
    match moment.record.param(Param::Name) {
        Some(target) if target.starts_with(b"/") => Value::Text(target),
        Some(target) => {
            out.extend_from_slice(&crate::state::path::full(&moment.process.cwd, target));
            Value::Text(out)
        }
        None => Value::Absent,
    }
}

fn put<'v>(path: Option<Cow<'v, [u8]>>, out: &'v mut Vec<u8>) -> Value<'v> {
    match path {
        Some(Cow::Borrowed(path)) => Value::Text(path),
        Some(Cow::Owned(path)) => {
            out.extend_from_slice(&path);
            Value::Text(out)
        }
        None => Value::Absent,
    }
}

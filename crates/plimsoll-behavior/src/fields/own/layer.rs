//! Where files lie: image, upper layer, memory, a volume, the kernel's own filesystems.

use plimsoll_model::event::{
    FILE_DELETED, FILE_MEMFD, FILE_MOUNTED, FILE_OVERLAY, FILE_PSEUDO, FILE_SETGID, FILE_SETUID,
    FILE_TMPFS, FILE_UPPER, Param,
};

use crate::fields::build::{FROM_EVENT, FROM_PROCESS};
use crate::fields::{Field, Value};
use crate::state::{Moment, OpenFile};

const ABOUT: &str = "upper, image, memory, tmpfs, volume, kernel or other";

pub const FIELDS: &[Field] = &[
    Field::text("plimsoll.file.layer", FROM_EVENT).is(ABOUT, |m, _, _| {
        file(m).map_or(Value::Absent, |layer| Value::Text(name(layer)))
    }),
    Field::bool("plimsoll.file.setuid", FROM_EVENT).is(
        "whether the file has the set-user-id or set-group-id bit",
        |m, _, _| Value::bool(file(m).map(|layer| layer & (FILE_SETUID | FILE_SETGID) != 0)),
    ),
    Field::bool("plimsoll.file.deleted", FROM_EVENT)
        .is("whether the file has no name any more", |m, _, _| {
            Value::bool(file(m).map(|layer| layer & FILE_DELETED != 0))
        }),
    Field::text("plimsoll.exe.layer", FROM_PROCESS).is("the same of the executable", |m, _, _| {
        Value::Text(name(m.process.program.file.layer))
    }),
    Field::bool("plimsoll.exe.deleted", FROM_PROCESS)
        .is("whether the executable has no name any more", |m, _, _| {
            Value::Bool(m.process.program.file.layer & FILE_DELETED != 0)
        }),
    Field::bool("plimsoll.exe.setuid", FROM_PROCESS).is(
        "whether the executable has the set-user-id or set-group-id bit",
        |m, _, _| Value::Bool(m.process.program.file.layer & (FILE_SETUID | FILE_SETGID) != 0),
    ),
    Field::bool("plimsoll.exe.drift", FROM_PROCESS).costs(5).is(
        "whether a container executes what is not its image's: upper layer, memory or tmpfs",
        |m, _, _| {
            let new = FILE_UPPER | FILE_MEMFD | FILE_TMPFS;
            Value::Bool(!m.container.is_host() && m.process.program.file.layer & new != 0)
        },
    ),
];

/// Bits of the file that the event is about.
fn file(moment: &Moment<'_>) -> Option<u64> {
    let told = moment.record.number(Param::FileLayer);
    told.or(match moment.file {
        Some(OpenFile::Path(file)) => Some(file.layer),
        Some(OpenFile::Memory(_)) => Some(FILE_MEMFD),
        _ => None,
    })
}

const fn name(layer: u64) -> &'static [u8] {
    if layer & FILE_MEMFD != 0 {
        b"memory"
    } else if layer & FILE_UPPER != 0 {
        b"upper"
    } else if layer & FILE_OVERLAY != 0 {
        b"image"
    } else if layer & FILE_PSEUDO != 0 {
        b"kernel"
    } else if layer & FILE_TMPFS != 0 {
        b"tmpfs"
    } else if layer & FILE_MOUNTED != 0 {
        b"volume"
    } else {
        b"other"
    }
}

//! `proc.exe*`: the file that a process and its parent execute.

use plimsoll_model::event::{FILE_MEMFD, FILE_OVERLAY, FILE_UPPER, FILE_WRITABLE};

use super::build::FROM_PROCESS;
use super::{Field, Value};
use crate::state::Moment;

pub const FIELDS: &[Field] = &[
    Field::text("proc.exe", FROM_PROCESS)
        .costs(6)
        .is("the program's own name: its first argument", |m, _, _| {
            Value::Text(m.process.argv0())
        }),
    Field::text("proc.pexe", FROM_PROCESS)
        .costs(8)
        .is("the parent's own name", |m, _, _| {
            m.parent()
                .map_or(Value::Absent, |parent| Value::Text(parent.argv0()))
        }),
    Field::text("proc.exepath", FROM_PROCESS).is("full path of the executable", |m, _, _| {
        Value::Text(&m.process.program.exe_path)
    }),
    Field::text("proc.pexepath", FROM_PROCESS).costs(6).is(
        "full path of the parent's executable",
        |m, _, _| {
            m.parent().map_or(Value::Absent, |parent| {
                Value::Text(&parent.program.exe_path)
            })
        },
    ),
    Field::bool("proc.is_exe_writable", FROM_PROCESS).is(
        "whether the user who started it may write to the executable",
        |m, _, _| layer(m, FILE_WRITABLE),
    ),
    Field::bool("proc.is_exe_upper_layer", FROM_PROCESS).is(
        "whether the executable is not the image's: in the upper layer",
        |m, _, _| layer(m, FILE_UPPER),
    ),
    Field::bool("proc.is_exe_lower_layer", FROM_PROCESS).is(
        "whether the executable is the image's: in a lower layer",
        |m, _, _| {
            let layer = m.process.program.file.layer;
            Value::Bool(layer & FILE_OVERLAY != 0 && layer & FILE_UPPER == 0)
        },
    ),
    Field::bool("proc.is_exe_from_memfd", FROM_PROCESS).is(
        "whether the executable lies in memory without a name",
        |m, _, _| layer(m, FILE_MEMFD),
    ),
    Field::signed("proc.exe_ino", FROM_PROCESS).is("inode of the executable", |m, _, _| {
        match m.process.program.file.inode {
            0 => Value::Absent,
            inode => Value::Signed(inode as i64),
        }
    }),
    Field::time("proc.exe_ino.ctime", FROM_PROCESS).is(
        "when the executable's inode changed, nanoseconds since 1970",
        |m, _, _| some(m.process.program.file.ctime_ns),
    ),
    Field::time("proc.exe_ino.mtime", FROM_PROCESS).is(
        "when the executable was written, nanoseconds since 1970",
        |m, _, _| some(m.process.program.file.mtime_ns),
    ),
    Field::time("proc.exe_ino.ctime_duration_proc_start", FROM_PROCESS).is(
        "nanoseconds from that change to the process's start",
        |m, _, _| {
            let began = m
                .state
                .host
                .boot_time_ns
                .saturating_add(m.process.start_ns());
            let changed = m.process.program.file.ctime_ns;
            some(if changed == 0 {
                0
            } else {
                began.saturating_sub(changed)
            })
        },
    ),
    Field::time("proc.exe_ino.ctime_duration_pidns_start", FROM_PROCESS).is(
        "nanoseconds from the pid namespace's start to that change",
        |m, _, _| {
            let (began, changed) = (pidns_start(m), m.process.program.file.ctime_ns);
            some(if began == 0 {
                0
            } else {
                changed.saturating_sub(began)
            })
        },
    ),
    Field::time("proc.pidns_init_start_ts", FROM_PROCESS)
        .costs(30)
        .is(
            "when the first process of its pid namespace began, nanoseconds since 1970",
            |m, _, _| some(pidns_start(m)),
        ),
];

fn layer(moment: &Moment<'_>, bit: u64) -> Value<'static> {
    Value::Bool(moment.process.program.file.layer & bit != 0)
}

fn some(number: u64) -> Value<'static> {
    match number {
        0 => Value::Absent,
        number => Value::Unsigned(number),
    }
}

/// Start of the first process of the pid namespace, as far up as the lineage is known; else of the
/// container, as its engine says. 0 when unknown.
pub fn pidns_start(moment: &Moment<'_>) -> u64 {
    let inside = moment.process.namespaces.pid;
    let first = std::iter::once(moment.process)
        .chain(moment.ancestors())
        .take_while(|process| inside != 0 && process.namespaces.pid == inside)
        .find(|process| process.vpid == 1);
    match (first, moment.container.details.started_ns) {
        (Some(first), _) => moment
            .state
            .host
            .boot_time_ns
            .saturating_add(first.start_ns()),
        (None, Some(started)) => started,
        (None, None) => 0,
    }
}

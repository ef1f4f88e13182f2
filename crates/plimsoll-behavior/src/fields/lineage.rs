//! `proc.a*`: ancestors. With a number that ancestor (0 is the process itself); without one, any.

use super::build::FROM_PROCESS;
use super::text::{push_command, push_env};
use super::{Argument, Field, Value};
use crate::rules::ArgKind;
use crate::state::{Moment, Process};

/// Ancestors that `proc.aenv[NAME]` looks through.
const ENV_LEVELS: usize = 20;

pub const FIELDS: &[Field] = &[
    Field::text("proc.aname", FROM_PROCESS).arg(ArgKind::Index).left_only().is_many(
        "name of an ancestor",
        |m, a, _| at(m, a).map_or(Value::Absent, |process| Value::Text(&process.comm)),
        |m, _, _, test| m.ancestors().any(|process| test(&Value::Text(&process.comm))),
    ),
    Field::text("proc.aexe", FROM_PROCESS).arg(ArgKind::Index).left_only().is_many(
        "an ancestor's own name: its first argument",
        |m, a, _| at(m, a).map_or(Value::Absent, |process| Value::Text(process.argv0())),
        |m, _, _, test| m.ancestors().any(|process| test(&Value::Text(process.argv0()))),
    ),
    Field::text("proc.aexepath", FROM_PROCESS).arg(ArgKind::Index).left_only().is_many(
        "full path of an ancestor's executable",
        |m, a, _| at(m, a).map_or(Value::Absent, |found| Value::Text(&found.program.exe_path)),
        |m, _, _, test| m.ancestors().any(|found| test(&Value::Text(&found.program.exe_path))),
    ),
    Field::text("proc.acmdline", FROM_PROCESS).arg(ArgKind::Index).left_only().is_many(
        "name and arguments of an ancestor",
        |m, a, out| put(at(m, a), out, push_command),
        |m, _, out, test| any(m, out, test, push_command),
    ),
    Field::text("proc.aenv", "exec; chosen variables only").arg(ArgKind::Any).left_only().is_many(
        "kept variables of an ancestor's environment; with a name, the nearest one's value of it",
        |m, a, out| match a.key() {
            Some(name) => Value::text(
                m.ancestors()
                    .take(ENV_LEVELS)
                    .find_map(|process| process.variable(name.as_bytes())),
            ),
            None => put(at(m, a), out, push_env),
        },
        |m, _, out, test| any(m, out, test, push_env),
    ),
    Field::signed("proc.apid", FROM_PROCESS).arg(ArgKind::Index).left_only().is_many(
        "pid of an ancestor",
        |m, a, _| at(m, a).map_or(Value::Absent, pid),
        |m, _, _, test| m.ancestors().any(|process| test(&pid(process))),
    ),
    Field::signed("proc.loginshellid", FROM_PROCESS).costs(40).is(
        "pid of the oldest shell among the process and its ancestors",
        |m, _, _| {
            let shells = std::iter::once(m.process).chain(m.ancestors());
            let oldest = shells.filter(|process| process.comm.ends_with(b"sh")).last();
            oldest.map_or(Value::Absent, pid)
        },
    ),
];

fn pid(process: &Process) -> Value<'static> {
    Value::Signed(process.exec.pid.into())
}

/// The ancestor that the argument says; the process itself without one.
fn at<'v>(moment: &Moment<'v>, argument: &Argument) -> Option<&'v Process> {
    match argument.index().unwrap_or(0) {
        0 => Some(moment.process),
        level => moment.ancestors().nth(level as usize - 1),
    }
}

fn put<'v>(
    process: Option<&Process>,
    out: &'v mut Vec<u8>,
    push: fn(&Process, &mut Vec<u8>),
) -> Value<'v> {
    let Some(process) = process else {
        return Value::Absent;
    };
    push(process, out);
    Value::Text(out)
}

fn any(
    moment: &Moment<'_>,
    out: &mut Vec<u8>,
    test: &mut dyn FnMut(&Value<'_>) -> bool,
    push: fn(&Process, &mut Vec<u8>),
) -> bool {
    moment.ancestors().any(|process| {
        out.clear();
        push(process, out);
        test(&Value::Text(out))
    })
}

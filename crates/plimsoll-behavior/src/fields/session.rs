//! `proc.sid*`, `proc.pgid*`, `proc.vpgid*`: session and process group, and who leads them.

use super::build::FROM_PROCESS;
use super::{Field, Value};
use crate::state::{Moment, Process};

pub const FIELDS: &[Field] = &[
    Field::signed("proc.sid", FROM_PROCESS).is("session, in its own pid namespace", |m, _, _| {
        number(m.process.vsid, m.process.sid)
    }),
    Field::text("proc.sname", FROM_PROCESS)
        .costs(20)
        .is("name of the session's leader", |m, _, _| {
            Value::Text(&session(m).comm)
        }),
    Field::text("proc.sid.exe", FROM_PROCESS)
        .costs(20)
        .is("the leader's own name", |m, _, _| {
            Value::Text(session(m).argv0())
        }),
    Field::text("proc.sid.exepath", FROM_PROCESS)
        .costs(20)
        .is("full path of the leader's executable", |m, _, _| {
            Value::Text(&session(m).program.exe_path)
        }),
    Field::signed("proc.svpid", FROM_PROCESS).costs(20).is(
        "pid of the session's leader in its own namespace",
        |m, _, _| number(session(m).vpid, session(m).exec.pid),
    ),
    Field::bool("proc.is_sid_leader", FROM_PROCESS)
        .is("whether it leads its session", |m, _, _| {
            Value::Bool(m.process.is_session_leader())
        }),
    Field::signed("proc.vpgid", FROM_PROCESS)
        .is("process group in its own namespace", |m, _, _| {
            number(m.process.vpgid, m.process.pgid)
        }),
    Field::text("proc.vpgid.name", FROM_PROCESS)
        .costs(20)
        .is("name of the process group's leader", |m, _, _| {
            Value::Text(&group(m).comm)
        }),
    Field::text("proc.vpgid.exe", FROM_PROCESS)
        .costs(20)
        .is("that leader's own name", |m, _, _| {
            Value::Text(group(m).argv0())
        }),
    Field::text("proc.vpgid.exepath", FROM_PROCESS)
        .costs(20)
        .is("full path of that leader's executable", |m, _, _| {
            Value::Text(&group(m).program.exe_path)
        }),
    Field::bool("proc.is_vpgid_leader", FROM_PROCESS)
        .is("whether it leads its process group", |m, _, _| {
            Value::Bool(m.process.is_group_leader())
        }),
    Field::signed("proc.pgid", FROM_PROCESS).is("process group", |m, _, _| {
        number(m.process.pgid, m.process.vpgid)
    }),
    Field::text("proc.pgid.name", FROM_PROCESS)
        .costs(20)
        .is("name of the process group's leader", |m, _, _| {
            Value::Text(&group(m).comm)
        }),
    Field::text("proc.pgid.exe", FROM_PROCESS)
        .costs(20)
        .is("that leader's own name", |m, _, _| {
            Value::Text(group(m).argv0())
        }),
    Field::text("proc.pgid.exepath", FROM_PROCESS)
        .costs(20)
        .is("full path of that leader's executable", |m, _, _| {
            Value::Text(&group(m).program.exe_path)
        }),
    Field::bool("proc.is_pgid_leader", FROM_PROCESS)
        .is("whether it leads its process group", |m, _, _| {
            Value::Bool(m.process.is_group_leader())
        }),
];

fn number(first: u32, second: u32) -> Value<'static> {
    match (first, second) {
        (0, 0) => Value::Absent,
        (0, number) | (number, _) => Value::Signed(number.into()),
    }
}

/// The session's leader; where it is gone, the eldest known process of the session.
fn session<'v>(moment: &Moment<'v>) -> &'v Process {
    let sid = moment.process.sid;
    let leader = moment
        .session_leader()
        .filter(|leader| sid != 0 && leader.sid == sid);
    leader.unwrap_or_else(|| eldest(moment, |process| process.sid == sid))
}

fn group<'v>(moment: &Moment<'v>) -> &'v Process {
    let pgid = moment.process.pgid;
    let leader = moment
        .group_leader()
        .filter(|leader| pgid != 0 && leader.pgid == pgid);
    leader.unwrap_or_else(|| eldest(moment, |process| process.pgid == pgid))
}

fn eldest<'v>(moment: &Moment<'v>, same: impl Fn(&Process) -> bool) -> &'v Process {
    let above = moment.ancestors().take_while(|process| same(process));
    above.last().unwrap_or(moment.process)
}

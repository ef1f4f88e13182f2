//! More of the process: its lineage in one text, its script, its namespaces, what binds it.

use crate::fields::build::{FROM_FILES, FROM_PROCESS};
use crate::fields::file::type_name;
use crate::fields::{Field, Value};
use crate::state::{Moment, Origin};

/// Ancestors that are named in one text.
const LINEAGE_MAX: usize = 16;

pub const FIELDS: &[Field] = &[
    Field::text("plimsoll.lineage", FROM_PROCESS).costs(100).is(
        "names of the process and its ancestors, upward: `sh < nginx < runc`",
        |m, _, out| {
            out.extend_from_slice(&m.process.comm);
            for ancestor in m.ancestors().take(LINEAGE_MAX) {
                out.extend_from_slice(b" < ");
                out.extend_from_slice(&ancestor.comm);
            }
            Value::Text(out)
        },
    ),
    Field::text("plimsoll.proc.argv", FROM_PROCESS)
        .list()
        .costs(30)
        .is(
            "arguments after the program's own name, one by one: for getopt() and join()",
            |m, _, out| {
                for arg in m.process.args() {
                    out.extend_from_slice(arg);
                    out.push(0);
                }
                Value::List(out)
            },
        ),
    Field::text("plimsoll.proc.script", FROM_PROCESS)
        .is("script that the executable was started for", |m, _, _| {
            Value::filled(&m.process.program.interpreter)
        }),
    Field::bool("plimsoll.proc.no_new_privs", FROM_PROCESS)
        .is("whether it can gain no rights by exec", |m, _, _| {
            Value::Bool(m.process.no_new_privs)
        }),
    Field::text("plimsoll.proc.seccomp", FROM_PROCESS).is("off, strict or filter", |m, _, _| {
        Value::Text(match m.process.seccomp_mode {
            0 => b"off",
            1 => b"strict",
            _ => b"filter",
        })
    }),
    Field::bool("plimsoll.proc.host_mnt", FROM_PROCESS)
        .is("whether it is in the host's mount namespace", |m, _, _| {
            same(m.process.namespaces.mnt, m.state.host.mnt_ns)
        }),
    Field::bool("plimsoll.proc.host_pid", FROM_PROCESS)
        .is("whether it is in the host's pid namespace", |m, _, _| {
            same(m.process.namespaces.pid, m.state.host.pid_ns)
        }),
    Field::bool("plimsoll.proc.changed_mnt", FROM_PROCESS).is(
        "whether its mount namespace is another than its parent's",
        |m, _, _| {
            let parent = m.parent().map_or(0, |parent| parent.namespaces.mnt);
            match same(m.process.namespaces.mnt, parent) {
                Value::Bool(same) => Value::Bool(!same),
                other => other,
            }
        },
    ),
    Field::text("plimsoll.proc.stdin", FROM_FILES).costs(20).is(
        "type of its standard input, as `fd.type` has it",
        |m, _, _| stream(m, 0),
    ),
    Field::text("plimsoll.proc.stdout", FROM_FILES)
        .costs(20)
        .is(
            "type of its standard output, as `fd.type` has it",
            |m, _, _| stream(m, 1),
        ),
    Field::bool("plimsoll.proc.before_container", FROM_PROCESS).is(
        "whether it is in a container and was started on the host: an engine that sets it up",
        |m, _, _| {
            let host = m.state.host.mnt_ns;
            match same(m.process.program.mnt_ns, host) {
                Value::Bool(started) => Value::Bool(started && !m.container.is_host()),
                other => other,
            }
        },
    ),
    Field::bool("plimsoll.proc.entered", FROM_PROCESS).is(
        "whether it is in a container and its parent is not: an engine put it there",
        |m, _, _| {
            let parent = m.parent().map(|parent| parent.container);
            parent.map_or(Value::Absent, |parent| {
                Value::Bool(!m.container.is_host() && parent != m.process.container)
            })
        },
    ),
    Field::text("plimsoll.container.claimed", FROM_PROCESS).is(
        "id of another container, inside of this one or beside it, that its cgroup's path names; not believed",
        |m, _, _| Value::text(m.claimed_container()),
    ),
    Field::unsigned("plimsoll.parent.uid", FROM_PROCESS).is(
        "real user of its parent",
        |m, _, _| {
            let parent = m.parent().filter(|parent| parent.origin != Origin::Guess);
            Value::unsigned(parent.map(|parent| parent.credentials.uid))
        },
    ),
    Field::unsigned("plimsoll.proc.uid", FROM_PROCESS).is("real user", |m, _, _| {
        Value::Unsigned(m.process.credentials.uid.into())
    }),
    Field::bool("plimsoll.proc.is_container_init", FROM_PROCESS).is(
        "whether it is the first process of its container",
        |m, _, _| Value::Bool(is_init(m)),
    ),
];

fn stream<'v>(moment: &Moment<'v>, fd: i32) -> Value<'v> {
    let file = moment.descriptor(fd);
    file.map_or(Value::Absent, |file| Value::Text(type_name(file)))
}

fn same(left: u32, right: u32) -> Value<'static> {
    match (left, right) {
        (0, _) | (_, 0) => Value::Absent,
        (left, right) => Value::Bool(left == right),
    }
}

fn is_init(moment: &Moment<'_>) -> bool {
    !moment.container.is_host() && moment.process.vpid == 1
}

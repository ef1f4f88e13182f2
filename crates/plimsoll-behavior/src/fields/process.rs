//! `proc.*`: name, command line, numbers and times of the process and of its parent.

use super::build::FROM_PROCESS;
use super::text::{push_args, push_command, push_env, push_with_args};
use super::{Field, Value};
use crate::rules::ArgKind;
use crate::state::{Moment, Process};

pub const FIELDS: &[Field] = &[
    Field::text("proc.name", FROM_PROCESS)
        .costs(2)
        .is("name, up to 15 bytes", |m, _, _| {
            Value::Text(&m.process.comm)
        }),
    Field::text("proc.pname", FROM_PROCESS)
        .costs(5)
        .is("name of the parent", |m, _, _| {
            m.parent()
                .map_or(Value::Absent, |parent| Value::Text(&parent.comm))
        }),
    Field::text("proc.args", FROM_PROCESS)
        .arg(ArgKind::Index)
        .costs(40)
        .is(
            "arguments after the program's own name; `[0]` the first of them",
            |m, a, out| {
                if let Some(index) = a.index() {
                    return Value::text(m.process.args().nth(index as usize));
                }
                push_args(m.process, out);
                Value::Text(out)
            },
        ),
    Field::text("proc.cmdline", FROM_PROCESS)
        .costs(40)
        .is("name and arguments", |m, _, out| {
            push_command(m.process, out);
            Value::Text(out)
        }),
    Field::text("proc.pcmdline", FROM_PROCESS).costs(45).is(
        "name and arguments of the parent",
        |m, _, out| {
            let Some(parent) = m.parent() else {
                return Value::Absent;
            };
            push_command(parent, out);
            Value::Text(out)
        },
    ),
    Field::text("proc.exeline", FROM_PROCESS).costs(40).is(
        "the program's own name (first argument) and the other arguments",
        |m, _, out| {
            push_with_args(m.process.argv0(), m.process, out);
            Value::Text(out)
        },
    ),
    Field::unsigned("proc.cmdnargs", FROM_PROCESS)
        .costs(20)
        .is("number of arguments", |m, _, _| {
            Value::Unsigned(m.process.args().count() as u64)
        }),
    Field::unsigned("proc.cmdlenargs", FROM_PROCESS)
        .costs(20)
        .is(
            "length of all arguments without blanks between them",
            |m, _, _| Value::Unsigned(m.process.args().map(|arg| arg.len() as u64).sum()),
        ),
    Field::text("proc.env", "exec; chosen variables only")
        .arg(ArgKind::Key)
        .costs(40)
        .is(
            "kept variables of the environment, or the value of one",
            |m, a, out| {
                if let Some(name) = a.key() {
                    return Value::text(m.process.variable(name.as_bytes()));
                }
                push_env(m.process, out);
                Value::Text(out)
            },
        ),
    Field::text("proc.cwd", FROM_PROCESS).is("current folder", |m, _, out| {
        // Falco's ends in a slash.
        match &*m.process.cwd {
            b"" => Value::Absent,
            folder if folder.ends_with(b"/") => Value::Text(folder),
            folder => {
                out.extend_from_slice(folder);
                out.push(b'/');
                Value::Text(out)
            }
        }
    }),
    Field::unsigned("proc.tty", FROM_PROCESS)
        .is("device number of the terminal; 0 for none", |m, _, _| {
            Value::Unsigned(m.process.tty.into())
        }),
    Field::signed("proc.pid", FROM_PROCESS)
        .is("pid", |m, _, _| Value::Signed(m.process.exec.pid.into())),
    Field::signed("proc.ppid", FROM_PROCESS).is("pid of the process that made it", |m, _, _| {
        known(m.process.parent.pid)
    }),
    Field::signed("proc.vpid", FROM_PROCESS)
        .is("pid in its own namespace", |m, _, _| known(m.process.vpid)),
    Field::signed("proc.pvpid", FROM_PROCESS).is(
        "the parent's pid in its own namespace",
        |m, _, _| {
            m.parent()
                .map_or(Value::Absent, |parent| known(parent.vpid))
        },
    ),
    Field::time("proc.duration", FROM_PROCESS).is("nanoseconds since it was made", |m, _, _| {
        age(m, Some(m.process))
    }),
    Field::time("proc.ppid.duration", FROM_PROCESS)
        .is("nanoseconds since the parent was made", |m, _, _| {
            age(m, m.parent())
        }),
    Field::time("proc.pid.ts", FROM_PROCESS)
        .is("when it was made, nanoseconds since 1970", |m, _, _| {
            began(m, Some(m.process))
        }),
    Field::time("proc.ppid.ts", FROM_PROCESS)
        .is("when the parent was made", |m, _, _| began(m, m.parent())),
    Field::unsigned("proc.fdopencount", "calls that make descriptors")
        .costs(100)
        .is("known open descriptors", |m, _, _| {
            Value::Unsigned(m.state.files_of(m.process).count() as u64)
        }),
    Field::bool(
        "proc.is_container_healthcheck",
        "the engine and the lineage",
    )
    .costs(100)
    .is(
        "whether it runs for the container's health check",
        |m, _, _| Value::Bool(runs_for(m, m.container.details.healthcheck.as_deref())),
    ),
    Field::bool(
        "proc.is_container_liveness_probe",
        "the engine and the lineage",
    )
    .costs(100)
    .is("whether it runs for the liveness probe", |m, _, _| {
        Value::Bool(runs_for(m, m.container.details.liveness.as_deref()))
    }),
    Field::bool(
        "proc.is_container_readiness_probe",
        "the engine and the lineage",
    )
    .costs(100)
    .is("whether it runs for the readiness probe", |m, _, _| {
        Value::Bool(runs_for(m, m.container.details.readiness.as_deref()))
    }),
];

/// A number of a process; 0 is unknown.
fn known(number: u32) -> Value<'static> {
    match number {
        0 => Value::Absent,
        number => Value::Signed(number.into()),
    }
}

fn age(moment: &Moment<'_>, process: Option<&Process>) -> Value<'static> {
    match process.map(Process::start_ns) {
        Some(start @ 1..) => Value::Unsigned(moment.record.time_ns.saturating_sub(start)),
        _ => Value::Absent,
    }
}

fn began(moment: &Moment<'_>, process: Option<&Process>) -> Value<'static> {
    match process.map(Process::start_ns) {
        Some(start @ 1..) => Value::Unsigned(moment.state.host.boot_time_ns.saturating_add(start)),
        _ => Value::Absent,
    }
}

/// Whether the process, or one that made it in this container, was started with such a command.
fn runs_for(moment: &Moment<'_>, command: Option<&str>) -> bool {
    let Some(command) = command.filter(|command| !command.is_empty()) else {
        return false;
    };
    let is_it = |process: &Process| {
        let mut line = Vec::new();
        for (index, arg) in process.argv().enumerate() {
            if index > 0 {
                line.push(b' ');
            }
            line.extend_from_slice(arg);
        }
        line == command.as_bytes()
    };
    let inside = |process: &&Process| process.namespaces.pid == moment.process.namespaces.pid;
    is_it(moment.process) || moment.ancestors().take_while(inside).any(is_it)
}

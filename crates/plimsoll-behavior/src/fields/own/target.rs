//! The process that a call is about: traced, signalled, written to; and the other end of a UNIX socket.

use crate::fields::build::FROM_PROCESS;
use crate::fields::{Field, Value};
use crate::state::{Moment, OpenFile, Process};

pub const FIELDS: &[Field] = &[
    Field::signed("plimsoll.target.pid", FROM_PROCESS)
        .costs(15)
        .is("its pid", |m, _, _| {
            m.target().map_or(Value::Absent, |target| {
                Value::Signed(target.exec.pid.into())
            })
        }),
    Field::text("plimsoll.target.name", FROM_PROCESS)
        .costs(15)
        .is("its name", |m, _, _| {
            m.target()
                .map_or(Value::Absent, |target| Value::Text(&target.comm))
        }),
    Field::text("plimsoll.target.exepath", FROM_PROCESS)
        .costs(15)
        .is("full path of its executable", |m, _, _| {
            m.target().map_or(Value::Absent, |target| {
                Value::Text(&target.program.exe_path)
            })
        }),
    Field::text("plimsoll.target.container", FROM_PROCESS)
        .costs(20)
        .is(
            "first 12 characters of its container's id; `host` on the host",
            |m, _, _| {
                m.target().map_or(Value::Absent, |target| {
                    Value::Text(m.state.container_of(target).short_id())
                })
            },
        ),
    Field::bool("plimsoll.target.other_container", FROM_PROCESS)
        .costs(20)
        .is(
            "whether it is in another container than the caller",
            |m, _, _| {
                Value::bool(
                    m.target()
                        .map(|target| m.state.container_of(target).id != m.container.id),
                )
            },
        ),
    Field::bool("plimsoll.target.is_descendant", FROM_PROCESS)
        .costs(40)
        .is("whether the caller is one of its ancestors", |m, _, _| {
            Value::bool(m.target().map(|target| {
                m.state
                    .ancestors(target)
                    .any(|process| process.exec == m.process.exec)
            }))
        }),
    Field::text("plimsoll.peer.name", FROM_PROCESS)
        .costs(15)
        .is(
            "name of the process at the other end of a UNIX socket",
            |m, _, _| peer(m).map_or(Value::Absent, |peer| Value::Text(&peer.comm)),
        ),
    Field::text("plimsoll.peer.container", FROM_PROCESS)
        .costs(20)
        .is(
            "first 12 characters of that process's container's id",
            |m, _, _| {
                peer(m).map_or(Value::Absent, |peer| {
                    Value::Text(m.state.container_of(peer).short_id())
                })
            },
        ),
];

fn peer<'v>(moment: &Moment<'v>) -> Option<&'v Process> {
    match moment.file {
        Some(OpenFile::Socket(socket)) if socket.peer_pid != 0 => {
            moment.state.process_of_pid(socket.peer_pid)
        }
        _ => None,
    }
}

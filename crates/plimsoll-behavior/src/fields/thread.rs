//! `thread.*`: the thread, its capabilities and cgroup.

use plimsoll_model::event::Param;

use super::build::{FROM_EVENT, FROM_PROCESS};
use super::flags::CAPABILITY;
use super::{Field, Value, push_number};
use crate::rules::ArgKind;

pub const FIELDS: &[Field] = &[
    Field::text("thread.cap_permitted", FROM_PROCESS)
        .costs(150)
        .is("capabilities that it may take", |m, _, out| {
            capabilities(m.process.capabilities.permitted, out)
        }),
    Field::text("thread.cap_inheritable", FROM_PROCESS)
        .costs(150)
        .is("capabilities that it may hand on", |m, _, out| {
            capabilities(m.process.capabilities.inheritable, out)
        }),
    Field::text("thread.cap_effective", FROM_PROCESS)
        .costs(150)
        .is("capabilities that count now", |m, _, out| {
            capabilities(m.process.capabilities.effective, out)
        }),
    Field::signed("thread.tid", FROM_EVENT)
        .is("thread id", |m, _, _| Value::Signed(m.record.tid.into())),
    Field::bool("thread.ismain", FROM_EVENT)
        .is("whether it is the process's first thread", |m, _, _| {
            Value::Bool(m.record.tid == m.record.exec.pid)
        }),
    Field::signed("thread.vtid", FROM_EVENT).is("thread id in its own namespace", |m, _, _| {
        let first = m.record.tid == m.record.exec.pid && m.process.vpid != 0;
        match m.record.signed(Param::Vtid) {
            Some(vtid) => Value::Signed(vtid),
            None if first => Value::Signed(m.process.vpid.into()),
            None => Value::Absent,
        }
    }),
    Field::text("thread.nametid", FROM_EVENT).costs(20).is(
        "name and thread id in one",
        |m, _, out| {
            out.extend_from_slice(&m.process.comm);
            push_number(out, m.record.tid.into());
            Value::Text(out)
        },
    ),
    Field::text("thread.cgroups", "cgroups that were made or found")
        .costs(20)
        .is("its cgroup of version 2", |m, _, out| {
            match m.state.containers.cgroup_path(m.record.cgroup_id) {
                Some(path) => {
                    out.extend_from_slice(b"unified=");
                    out.extend_from_slice(path);
                    Value::Text(out)
                }
                None => Value::Absent,
            }
        }),
    Field::text("thread.cgroup", "cgroups that were made or found")
        .arg(ArgKind::KeyRequired)
        .costs(10)
        .is(
            "its cgroup of version 2, whichever controller is named",
            |m, _, _| Value::text(m.state.containers.cgroup_path(m.record.cgroup_id)),
        ),
];

fn capabilities(set: u64, out: &mut Vec<u8>) -> Value<'_> {
    for (name, bit) in CAPABILITY.0 {
        if set & bit != 0 {
            if !out.is_empty() {
                out.push(b' ');
            }
            out.extend_from_slice(name.as_bytes());
        }
    }
    Value::Text(out)
}

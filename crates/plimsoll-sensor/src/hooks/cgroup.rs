//! Programs about the trees of cgroups: `bpf/cgroup/`.

use plimsoll_model::event::EventKind;

use super::{Hook, Program, program};

pub(super) const PROGRAMS: &[Program] = &[
    program(
        "cgroup_mkdir",
        Hook::BtfTracepoint("cgroup_mkdir"),
        &[EventKind::CgroupMkdir],
    ),
    program(
        "cgroup_rmdir",
        Hook::BtfTracepoint("cgroup_rmdir"),
        &[EventKind::CgroupRmdir],
    ),
    program(
        "cgroup_attach_task",
        Hook::BtfTracepoint("cgroup_attach_task"),
        &[EventKind::CgroupAttach],
    ),
    Program {
        optional: true,
        ..program(
            "mark_victim",
            Hook::BtfTracepoint("mark_victim"),
            &[EventKind::OomKill],
        )
    },
];

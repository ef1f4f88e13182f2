//! Programs about work that is done through io_uring: `bpf/uring/`.

use plimsoll_model::event::EventKind;

use super::{Hook, Program, program};

/// What requests are told as.
const KINDS: &[EventKind] = &[
    EventKind::Openat,
    EventKind::Openat2,
    EventKind::Close,
    EventKind::Renameat2,
    EventKind::Unlinkat,
    EventKind::Mkdirat,
    EventKind::Symlinkat,
    EventKind::Linkat,
    EventKind::Fsetxattr,
    EventKind::Setxattr,
    EventKind::Ftruncate,
    EventKind::Splice,
    EventKind::Socket,
    EventKind::Connect,
    EventKind::Accept4,
    EventKind::Bind,
    EventKind::Listen,
    EventKind::Shutdown,
    EventKind::Sendto,
    EventKind::Sendmsg,
    EventKind::Recvfrom,
    EventKind::Recvmsg,
];

/// Requests are kept at the first and told at the second; kernels before 6.0 name the first another
/// way, and then what rings do is not seen.
pub(super) const PROGRAMS: &[Program] = &[
    Program {
        optional: true,
        ..program(
            "io_uring_complete",
            Hook::BtfTracepoint("io_uring_complete"),
            KINDS,
        )
    },
    Program {
        optional: true,
        ..program(
            "io_uring_submit_req",
            Hook::BtfTracepoint("io_uring_submit_req"),
            KINDS,
        )
    },
];

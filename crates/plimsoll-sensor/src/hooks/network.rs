//! Programs about sockets and what goes through them: `bpf/network/`.

use plimsoll_model::event::EventKind;

use super::{Hook, Program, program};

pub(super) const CALLS: &[Program] = &exits! {
    "accept" => Accept,
    "accept4" => Accept4,
    "bind" => Bind,
    "connect" => Connect,
    "listen" => Listen,
    "recvfrom" => Recvfrom,
    "recvmmsg" => Recvmmsg,
    "recvmsg" => Recvmsg,
    "sendmmsg" => Sendmmsg,
    "sendmsg" => Sendmsg,
    "sendto" => Sendto,
    "shutdown" => Shutdown,
    "socket" => Socket,
    "socketpair" => Socketpair,
};

/// DNS through `read` and `write`; kernels before 6.3 have no such tracepoints.
pub(super) const OTHERS: &[Program] = &[
    Program {
        optional: true,
        ..program(
            "sock_send_length",
            Hook::BtfTracepoint("sock_send_length"),
            &[EventKind::Sendto],
        )
    },
    Program {
        optional: true,
        ..program(
            "sock_recv_length",
            Hook::BtfTracepoint("sock_recv_length"),
            &[EventKind::Recvfrom],
        )
    },
];

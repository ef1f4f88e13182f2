//! Programs about sockets and what goes through them: `bpf/network/`.

use plimsoll_model::event::EventKind;

use super::{Hook, Program, exit, program};

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
    "shutdown" => Shutdown,
    "socket" => Socket,
    "socketpair" => Socketpair,
};

/// Sends, and DNS through `read` and `write`; kernels before 6.3 have no such tracepoints, and there sends
/// are told when their calls return.
pub(super) const OTHERS: &[Program] = &[
    Program {
        optional: true,
        ..program(
            "sock_send_length",
            Hook::BtfTracepoint("sock_send_length"),
            &[EventKind::Sendto, EventKind::Sendmsg],
        )
    },
    Program {
        instead_of: Some("sock_send_length"),
        ..exit("sys_exit_sendto", "sendto", &[EventKind::Sendto])
    },
    Program {
        instead_of: Some("sock_send_length"),
        ..exit("sys_exit_sendmsg", "sendmsg", &[EventKind::Sendmsg])
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

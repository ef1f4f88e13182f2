//! `fd.*` of sockets: addresses, ports, protocols.

use std::net::IpAddr;

use plimsoll_model::event::Param;

use super::build::{FROM_EVENT, FROM_FILES};
use super::file::without;
use super::{Field, Value, push_number};
use crate::state::file::{AF_UNIX, Endpoint};
use crate::state::{Moment, OpenFile, Role, Socket};

const FROM_DNS: &str = "answers of the DNS that were seen";
const STREAM: u16 = 1;
const DATAGRAM: u16 = 2;
const RAW: u16 = 3;
const ICMP: u16 = 1;
const ICMP6: u16 = 58;

pub const FIELDS: &[Field] = &[
    Field::address("fd.ip", FROM_FILES)
        .left_only()
        .fixed_by(without)
        .is_many(
            "address of either end",
            |_, _, _| Value::Absent,
            |m, _, _, test| ends(m).any(|end| test(&Value::Address(end.address))),
        ),
    Field::network("fd.net", FROM_FILES)
        .left_only()
        .fixed_by(without)
        .is_many(
            "network of either end",
            |_, _, _| Value::Absent,
            |m, _, _, test| ends(m).any(|end| test(&Value::Address(end.address))),
        ),
    Field::port("fd.port", FROM_FILES)
        .left_only()
        .fixed_by(without)
        .is_many(
            "port of either end",
            |_, _, _| Value::Absent,
            |m, _, _, test| ends(m).any(|end| test(&Value::Unsigned(end.port.into()))),
        ),
    Field::port("fd.proto", FROM_FILES)
        .left_only()
        .fixed_by(without)
        .is_many(
            "port of either end, by the name of its service",
            |_, _, _| Value::Absent,
            |m, _, _, test| ends(m).any(|end| test(&Value::Unsigned(end.port.into()))),
        ),
    Field::address("fd.cip", FROM_FILES)
        .fixed_by(without)
        .is("client's address", |m, _, _| address(client(m))),
    Field::address("fd.sip", FROM_FILES)
        .fixed_by(without)
        .is("server's address", |m, _, _| address(server(m))),
    Field::address("fd.lip", FROM_FILES)
        .fixed_by(without)
        .is("local address", |m, _, _| address(local(m))),
    Field::address("fd.rip", FROM_FILES)
        .fixed_by(without)
        .is("remote address", |m, _, _| address(remote(m))),
    Field::network("fd.cnet", FROM_FILES)
        .fixed_by(without)
        .is("client's network", |m, _, _| address(client(m))),
    Field::network("fd.snet", FROM_FILES)
        .fixed_by(without)
        .is("server's network", |m, _, _| address(server(m))),
    Field::network("fd.lnet", FROM_FILES)
        .fixed_by(without)
        .is("local network", |m, _, _| address(local(m))),
    Field::network("fd.rnet", FROM_FILES)
        .fixed_by(without)
        .is("remote network", |m, _, _| address(remote(m))),
    Field::port("fd.cport", FROM_FILES)
        .fixed_by(without)
        .is("client's port", |m, _, _| port(client(m))),
    Field::port("fd.sport", FROM_FILES)
        .fixed_by(without)
        .is("server's port", |m, _, _| port(server(m))),
    Field::port("fd.lport", FROM_FILES)
        .fixed_by(without)
        .is("local port", |m, _, _| port(local(m))),
    Field::port("fd.rport", FROM_FILES)
        .fixed_by(without)
        .is("remote port", |m, _, _| port(remote(m))),
    Field::text("fd.cproto", FROM_FILES)
        .fixed_by(without)
        .is("client's port as text", |m, _, out| service(client(m), out)),
    Field::text("fd.sproto", FROM_FILES)
        .fixed_by(without)
        .is("server's port as text", |m, _, out| service(server(m), out)),
    Field::text("fd.lproto", FROM_FILES)
        .fixed_by(without)
        .is("local port as text", |m, _, out| service(local(m), out)),
    Field::text("fd.rproto", FROM_FILES)
        .fixed_by(without)
        .is("remote port as text", |m, _, out| service(remote(m), out)),
    Field::text("fd.cip.name", FROM_DNS)
        .left_only()
        .costs(40)
        .fixed_by(without)
        .is_many(
            "a name that was resolved to the client's address",
            |m, _, _| name(m, client(m)),
            |m, _, _, test| names(m, client(m), test),
        ),
    Field::text("fd.sip.name", FROM_DNS)
        .left_only()
        .costs(40)
        .fixed_by(without)
        .is_many(
            "a name that was resolved to the server's address",
            |m, _, _| name(m, server(m)),
            |m, _, _, test| names(m, server(m), test),
        ),
    Field::text("fd.lip.name", FROM_DNS)
        .left_only()
        .costs(40)
        .fixed_by(without)
        .is_many(
            "a name that was resolved to the local address",
            |m, _, _| name(m, local(m)),
            |m, _, _, test| names(m, local(m), test),
        ),
    Field::text("fd.rip.name", FROM_DNS)
        .left_only()
        .costs(40)
        .fixed_by(without)
        .is_many(
            "a name that was resolved to the remote address",
            |m, _, _| name(m, remote(m)),
            |m, _, _, test| names(m, remote(m), test),
        ),
    Field::text("fd.l4proto", FROM_FILES).fixed_by(without).is(
        "tcp, udp, icmp or raw",
        |m, _, _| {
            m.file
                .map_or(Value::Absent, |file| Value::Text(protocol(file)))
        },
    ),
    Field::text("fd.sockfamily", FROM_FILES)
        .fixed_by(without)
        .is("`ip` or `unix`", |m, _, _| match socket(m) {
            Some(socket) if socket.is_internet() => Value::Text(b"ip"),
            Some(socket) if socket.is_unix() => Value::Text(b"unix"),
            _ => Value::Absent,
        }),
    Field::bool("fd.is_server", FROM_FILES)
        .fixed_by(without)
        .is("whether the process is the server", |m, _, _| {
            let is_server = |socket: &Socket| matches!(socket.role, Role::Server | Role::Listener);
            Value::bool(m.file.map(|file| file.as_socket().is_some_and(is_server)))
        }),
    Field::bool("fd.connected", FROM_FILES)
        .fixed_by(without)
        .is("whether the socket is connected", |m, _, _| {
            Value::bool(
                m.file
                    .map(|file| file.as_socket().is_some_and(|socket| socket.connected)),
            )
        }),
    Field::bool("fd.name_changed", FROM_EVENT)
        .fixed_by(without)
        .is(
            "whether the event changed the other end: a datagram to somebody else",
            |m, _, _| {
                Value::bool(
                    m.file
                        .map(|file| file.as_socket().is_some_and(|socket| socket.changed)),
                )
            },
        ),
];

fn socket<'v>(moment: &Moment<'v>) -> Option<&'v Socket> {
    moment.file.and_then(OpenFile::as_socket)
}

fn client(moment: &Moment<'_>) -> Option<Endpoint> {
    socket(moment)?.client()
}

fn server(moment: &Moment<'_>) -> Option<Endpoint> {
    socket(moment)?.server()
}

fn local(moment: &Moment<'_>) -> Option<Endpoint> {
    socket(moment)?.local
}

fn remote(moment: &Moment<'_>) -> Option<Endpoint> {
    socket(moment)?.remote
}

fn ends(moment: &Moment<'_>) -> impl Iterator<Item = Endpoint> {
    let ends = socket(moment).map_or([None, None], |socket| [socket.local, socket.remote]);
    ends.into_iter().flatten()
}

fn address(end: Option<Endpoint>) -> Value<'static> {
    end.map_or(Value::Absent, |end| Value::Address(end.address))
}

fn port(end: Option<Endpoint>) -> Value<'static> {
    Value::unsigned(end.map(|end| end.port))
}

fn service(end: Option<Endpoint>, out: &mut Vec<u8>) -> Value<'_> {
    let Some(end) = end else {
        return Value::Absent;
    };
    push_number(out, end.port.into());
    Value::Text(out)
}

fn name<'v>(moment: &Moment<'v>, end: Option<Endpoint>) -> Value<'v> {
    let address = end.map(|end| end.address);
    Value::text(address.and_then(|address| moment.names_of(address).next()))
}

fn names(
    moment: &Moment<'_>,
    end: Option<Endpoint>,
    test: &mut dyn FnMut(&Value<'_>) -> bool,
) -> bool {
    let Some(end) = end else {
        return false;
    };
    let mut known = false;
    for name in moment.names_of(end.address) {
        known = true;
        if test(&Value::Text(name)) {
            return true;
        }
    }
    // Of an address without a name it is at least known that it has none of those asked for.
    !known && test(&Value::Text(b""))
}

fn protocol(file: &OpenFile) -> &'static [u8] {
    let Some(socket) = file.as_socket().filter(|socket| socket.is_internet()) else {
        return b"<NA>";
    };
    match (socket.kind, socket.protocol) {
        (_, ICMP | ICMP6) => b"icmp",
        (STREAM, _) => b"tcp",
        (DATAGRAM, _) => b"udp",
        (RAW, _) => b"raw",
        _ => b"<NA>",
    }
}

/// The letter that follows the type of a socket: `t`, `u`, `i` or `r`.
pub fn protocol_char(file: &OpenFile) -> &'static [u8] {
    match protocol(file) {
        b"tcp" => b"t",
        b"udp" => b"u",
        b"icmp" => b"i",
        b"raw" => b"r",
        _ => b"",
    }
}

/// Both ends as `client:port->server:port`, one for a listener, the path of a UNIX socket.
pub fn push_name(socket: &Socket, out: &mut Vec<u8>) {
    if socket.is_unix() {
        push_unix(&socket.path, out);
        return;
    }
    let (first, second) = match socket.role {
        Role::Server => (socket.remote, socket.local),
        Role::Listener => (socket.local, None),
        Role::Client | Role::Unknown => (socket.local, socket.remote),
    };
    match (first, second) {
        (Some(one), Some(other)) => {
            push_end(one, out);
            out.extend_from_slice(b"->");
            push_end(other, out);
        }
        (Some(one), None) => push_end(one, out),
        (None, Some(other)) => {
            out.extend_from_slice(b"->");
            push_end(other, out);
        }
        (None, None) => {}
    }
}

/// A path; the NUL of an abstract name is shown as `@`.
fn push_unix(path: &[u8], out: &mut Vec<u8>) {
    match path {
        [0, name @ ..] => {
            out.push(b'@');
            out.extend(
                name.iter()
                    .map(|byte| if *byte == 0 { b'@' } else { *byte }),
            );
        }
        path => out.extend_from_slice(path),
    }
}

fn push_end(end: Endpoint, out: &mut Vec<u8>) {
    match end.address {
        IpAddr::V4(address) => {
            for (index, byte) in address.octets().into_iter().enumerate() {
                if index > 0 {
                    out.push(b'.');
                }
                push_small(u16::from(byte), out);
            }
        }
        IpAddr::V6(address) => out.extend_from_slice(address.to_string().as_bytes()),
    }
    out.push(b':');
    push_small(end.port, out);
}

fn push_small(number: u16, out: &mut Vec<u8>) {
    let mut left = number;
    let mut digits = [0; 5];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
        used += 1;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(5 - used..).unwrap_or_default());
}

/// The address that a call was given, as it was given.
pub fn push_given(moment: &Moment<'_>, out: &mut Vec<u8>) {
    let Some(given) = moment.record.param(Param::GivenAddress) else {
        if let Some(OpenFile::Socket(socket)) = moment.file {
            push_name(socket, out);
        }
        return;
    };
    let Some((family, rest)) = given.split_first_chunk::<2>() else {
        return;
    };
    let port = |rest: &[u8]| {
        rest.first_chunk::<2>()
            .map(|port| u16::from_be_bytes(*port))
    };
    match u16::from_le_bytes(*family) {
        AF_UNIX => {
            let end = rest
                .iter()
                .skip(1)
                .position(|byte| *byte == 0)
                .map_or(rest.len(), |at| at + 1);
            push_unix(rest.get(..end).unwrap_or_default(), out);
        }
        crate::state::file::AF_INET => {
            let address = rest
                .get(2..6)
                .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
            if let (Some(address), Some(port)) = (address, port(rest)) {
                push_end(
                    Endpoint {
                        address: address.into(),
                        port,
                    },
                    out,
                );
            }
        }
        crate::state::file::AF_INET6 => {
            let address = rest
                .get(6..22)
                .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            if let (Some(address), Some(port)) = (address, port(rest)) {
                push_end(
                    Endpoint {
                        address: address.into(),
                        port,
                    },
                    out,
                );
            }
        }
        _ => {}
    }
}

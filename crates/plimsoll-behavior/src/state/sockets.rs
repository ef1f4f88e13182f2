//! Sockets: what they are bound and connected to, and which side they are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use plimsoll_model::event::{EventKind, FLAG_ENTER, Param};

use super::State;
use super::descriptors::{given, made};
use super::file::{AF_INET, AF_INET6, AF_UNIX, Endpoint, OpenFile, Role, Socket};
use super::table::Link;
use crate::wire::Record;

/// Longest path of a UNIX socket, in bytes.
pub const UNIX_PATH_BYTES_MAX: usize = 108;
/// Most sockets of the snapshot whose descriptor was not seen yet.
pub const SOCKETS_WAITING_MAX: usize = 8192;

const SOCK_CLOEXEC: u64 = 0o2_000_000;
const SOCK_TYPE_MASK: u64 = 0xf;
const SOCK_DGRAM: u16 = 2;
const EINPROGRESS: i64 = 115;
const TCP_ESTABLISHED: u64 = 1;
const TCP_LISTEN: u64 = 10;

impl State {
    pub(super) fn socket(&mut self, link: Link, record: &Record<'_>) {
        let socket = self.socket_of(record);
        let flags =
            record.number(Param::Flags).unwrap_or(0) | record.number(Param::SockType).unwrap_or(0);
        let file = OpenFile::Socket(Box::new(socket));
        let Some(fd) = made(record) else {
            self.now.file = Some(Arc::new(file));
            return;
        };
        self.make(link, fd, file, flags & SOCK_CLOEXEC != 0);
    }

    pub(super) fn socketpair(&mut self, link: Link, record: &Record<'_>) {
        if record.ret < 0 {
            return;
        }
        let flags =
            record.number(Param::Flags).unwrap_or(0) | record.number(Param::SockType).unwrap_or(0);
        let mut socket = self.socket_of(record);
        socket.connected = true;
        for param in [Param::NewFd, Param::Fd] {
            (self.now.second_fd, self.now.second_file) = (self.now.fd, self.now.file.take());
            if let Some(fd) = given(record, param) {
                let file = OpenFile::Socket(Box::new(socket.clone()));
                self.make(link, fd, file, flags & SOCK_CLOEXEC != 0);
            }
        }
    }

    /// connect, also one that failed: then it is said of this event alone.
    pub(super) fn connect(&mut self, link: Link, record: &Record<'_>) {
        let mut socket = self.known(link, record);
        let pending = record.ret == -EINPROGRESS;
        socket.role = Role::Client;
        socket.connected = record.ret == 0 && !record.has(FLAG_ENTER);
        socket.pending = pending;
        let stays = record.ret == 0 || pending;
        self.settle(link, record, socket, stays);
    }

    pub(super) fn bind(&mut self, link: Link, record: &Record<'_>) {
        let mut socket = self.known_before(link, record);
        let remote = socket.remote;
        update(&mut socket, record);
        // The address that was given is its own, not a peer's.
        if record.param(Param::RemoteAddress).is_none() {
            socket.remote = remote;
        }
        if let Some(given) = record.param(Param::GivenAddress)
            && (record.ret < 0 || record.param(Param::LocalAddress).is_none())
        {
            socket.local = given_address(given).0.or(socket.local);
        }
        self.settle(link, record, socket, record.ret == 0);
    }

    pub(super) fn listen(&mut self, link: Link, record: &Record<'_>) {
        let mut socket = self.known(link, record);
        socket.role = Role::Listener;
        self.settle(link, record, socket, record.ret == 0);
    }

    /// accept, accept4: `fd` is the new one, the second the listener.
    pub(super) fn accepted(&mut self, link: Link, record: &Record<'_>) {
        let Some(process) = self.processes.get(link) else {
            return;
        };
        let id = process.files;
        let listener = given(record, Param::Fd);
        let listening = listener.and_then(|fd| self.files.file(id, fd).cloned());
        (self.now.second_fd, self.now.second_file) = (listener, listening.clone());
        let Some(fd) = made(record) else {
            (self.now.fd, self.now.file) = (listener, listening);
            return;
        };
        let mut socket = match listening.as_deref() {
            Some(OpenFile::Socket(listening)) => Socket {
                inode: 0,
                ..Socket::clone(listening)
            },
            _ => Socket::default(),
        };
        socket.remote = None;
        update(&mut socket, record);
        socket.role = Role::Server;
        socket.connected = true;
        let cloexec = record.number(Param::Flags).unwrap_or(0) & SOCK_CLOEXEC != 0;
        self.make(link, fd, OpenFile::Socket(Box::new(socket)), cloexec);
    }

    /// Something was sent or received: what the record says of the ends is the newest word.
    pub(super) fn transferred(&mut self, link: Link, record: &Record<'_>) {
        let told = record.param(Param::SockFamily).is_some()
            || record.param(Param::RemoteAddress).is_some()
            || record.param(Param::GivenAddress).is_some()
            || record.param(Param::SockInode).is_some();
        if !told {
            self.about(link, record);
            return;
        }
        let before = self.known_before(link, record);
        let mut socket = before.clone();
        update(&mut socket, record);
        socket.changed = before.remote.is_some() && before.remote != socket.remote;
        let datagram = socket.kind == SOCK_DGRAM || !socket.connected;
        if socket.role == Role::Unknown && datagram && socket.remote.is_some() {
            let sends = matches!(
                record.kind,
                EventKind::Sendto | EventKind::Sendmsg | EventKind::Sendmmsg
            );
            socket.role = if sends { Role::Client } else { Role::Server };
        }
        self.settle(link, record, socket, record.ret >= 0);
    }

    /// A socket that the snapshot found, by its inode: the descriptor is told apart from it.
    pub(super) fn sock(&mut self, record: &Record<'_>) {
        let mut socket = Socket::default();
        update(&mut socket, record);
        if socket.inode != 0 && self.sockets_waiting.len() < SOCKETS_WAITING_MAX {
            self.sockets_waiting.insert(socket.inode, socket);
        }
    }

    /// The socket that a record describes.
    pub(super) fn socket_of(&mut self, record: &Record<'_>) -> Socket {
        let inode = record.number(Param::SockInode);
        let inode = inode.or_else(|| record.number(Param::Inode)).unwrap_or(0);
        let mut socket = self.sockets_waiting.remove(&inode).unwrap_or_default();
        socket.inode = inode;
        update(&mut socket, record);
        socket
    }

    fn known_before(&self, link: Link, record: &Record<'_>) -> Socket {
        let process = self.processes.get(link);
        let file = process
            .zip(given(record, Param::Fd))
            .and_then(|(process, fd)| self.file_of(process, fd));
        match file {
            Some(OpenFile::Socket(socket)) => Socket {
                changed: false,
                ..Socket::clone(socket)
            },
            _ => Socket::default(),
        }
    }

    fn known(&self, link: Link, record: &Record<'_>) -> Socket {
        let mut socket = self.known_before(link, record);
        update(&mut socket, record);
        socket
    }

    /// Makes a socket the one of this event, and, if it stays, of its descriptor and its copies.
    fn settle(&mut self, link: Link, record: &Record<'_>, socket: Socket, stays: bool) {
        let fd = given(record, Param::Fd);
        self.now.fd = fd;
        let file = OpenFile::Socket(Box::new(socket));
        let id = self.processes.get(link).map(|process| process.files);
        let (Some(fd), Some(id), true) = (fd, id, stays && !record.has(FLAG_ENTER)) else {
            self.now.file = Some(Arc::new(file));
            return;
        };
        if self.files.file(id, fd).is_some() {
            self.now.file = self.files.replace(id, fd, file);
        } else {
            self.make(link, fd, file, false);
        }
    }
}

/// Takes over what a record says of a socket.
fn update(socket: &mut Socket, record: &Record<'_>) {
    let (mut local, mut remote) = (None, None);
    let (mut local_port, mut remote_port) = (None, None);
    let (mut named, mut resolved) = (None, None);
    for (number, value) in record.params() {
        let numeric = || value.try_into().map_or(0, u64::from_le_bytes);
        match Param::from_number(number) {
            Some(Param::SockFamily) => socket.family = numeric() as u16,
            Some(Param::SockType) => socket.kind = (numeric() & SOCK_TYPE_MASK) as u16,
            Some(Param::SockProtocol) => socket.protocol = numeric() as u16,
            Some(Param::SockInode) => socket.inode = numeric(),
            Some(Param::SockState) => match numeric() {
                TCP_ESTABLISHED => (socket.connected, socket.pending) = (true, false),
                TCP_LISTEN => socket.role = Role::Listener,
                _ => {}
            },
            Some(Param::LocalAddress) => local = address(value),
            Some(Param::LocalPort) => local_port = Some(numeric() as u16),
            Some(Param::RemoteAddress) => remote = address(value),
            Some(Param::RemotePort) => remote_port = Some(numeric() as u16),
            Some(Param::UnixPath) => named = Some(unix_path(value)),
            Some(Param::Path) => resolved = Some(value),
            Some(Param::PeerPid) => socket.peer_pid = numeric() as u32,
            Some(Param::GivenAddress) => match given_address(value) {
                (Some(end), _) if remote.is_none() => {
                    remote = Some(end.address);
                    remote_port = Some(end.port);
                }
                (_, Some(path)) if !path.is_empty() => {
                    socket.family = AF_UNIX;
                    socket.path.set(path);
                }
                _ => {}
            },
            _ => {}
        }
    }
    if let Some(address) = local {
        let port = local_port.unwrap_or(0);
        // All zero is a socket that is bound to nothing.
        if !address.is_unspecified() || port != 0 {
            socket.local = Some(Endpoint { address, port });
        }
    }
    if let Some(address) = remote {
        let port = remote_port.unwrap_or(0);
        // All zero is a socket that is connected to nothing.
        if !address.is_unspecified() || port != 0 {
            socket.remote = Some(Endpoint { address, port });
        }
    }
    // A relative name means nothing without the folder that it begins at.
    if let Some(named) = named {
        let absolute = matches!(named.first(), None | Some(b'/' | 0));
        socket
            .path
            .set(resolved.filter(|_| !absolute).unwrap_or(named));
    }
    if socket.family == 0
        && let Some(end) = socket.remote.or(socket.local)
    {
        socket.family = if end.address.is_ipv4() {
            AF_INET
        } else {
            AF_INET6
        };
    }
}

/// An address of 4 or 16 bytes. One of version 4 that is written as version 6 is taken as what it is.
pub fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::V4(Ipv4Addr::from(four)));
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(IpAddr::V6(Ipv6Addr::from(sixteen)).to_canonical())
}

/// The end, or the path, in a `sockaddr` as the caller gave it.
pub fn given_address(bytes: &[u8]) -> (Option<Endpoint>, Option<&[u8]>) {
    let Some((family, rest)) = bytes.split_first_chunk::<2>() else {
        return (None, None);
    };
    let family = u16::from_le_bytes(*family);
    if family == AF_UNIX {
        return (None, Some(unix_path(rest)));
    }
    let Some((port, rest)) = rest.split_first_chunk::<2>() else {
        return (None, None);
    };
    let bytes = match family {
        AF_INET => rest.get(..4),
        AF_INET6 => rest.get(4..20),
        _ => None,
    };
    let end = bytes.and_then(address).map(|address| Endpoint {
        address,
        port: u16::from_be_bytes(*port),
    });
    (end, None)
}

/// A path up to its NUL; one of the abstract namespace begins with it and may hold more.
fn unix_path(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.get(..UNIX_PATH_BYTES_MAX).unwrap_or(bytes);
    let end = match bytes.split_first() {
        Some((0, rest)) => rest
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at + 2),
        _ => bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len()),
    };
    bytes.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_callers_give_them() {
        let (end, _) = given_address(&[2, 0, 0, 53, 8, 8, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(end.unwrap().port, 53);
        assert_eq!(end.unwrap().address.to_string(), "8.8.4.4");
        let mut mapped = vec![10, 0, 1, 187, 0, 0, 0, 0];
        mapped.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1]);
        let (end, _) = given_address(&mapped);
        assert_eq!(end.unwrap().address.to_string(), "10.0.0.1");
        assert_eq!(given_address(&[2, 0, 0]), (None, None));
        assert_eq!(given_address(&[2, 0, 0, 53, 8]), (None, None));
        let (_, path) = given_address(b"\x01\x00/run/x.sock\0junk");
        assert_eq!(path, Some(&b"/run/x.sock"[..]));
        let (_, path) = given_address(b"\x01\x00\0name\0\0\0");
        assert_eq!(path, Some(&b"\0name"[..]));
        assert_eq!(given_address(b"\x01\x00"), (None, Some(&b""[..])));
    }
}

//! Calls about sockets, made by the test itself, as the kernel's programs tell them.

#![allow(unsafe_code, reason = "calls that no safe crate offers")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

use plimsoll_behavior::wire::Record;
use plimsoll_model::event::{EventKind, Param};
use rustix::net::{AddressFamily, SocketFlags, SocketType};

#[path = "support/recorder.rs"]
mod recorder;
use recorder::{Recorder, may_run};

const ECONNREFUSED: i64 = -111;
const EINPROGRESS: i64 = -115;

fn net_ns() -> u64 {
    let link = std::fs::read_link("/proc/self/ns/net").unwrap();
    let text = link.to_str().unwrap();
    text["net:[".len()..text.len() - 1].parse().unwrap()
}

/// Address and port.
type End = Option<(Vec<u8>, u64)>;

/// Local and remote end as the record has them.
fn ends(record: &Record<'_>) -> (End, End) {
    let end = |address, port| Some((record.param(address)?.to_vec(), record.number(port)?));
    (
        end(Param::LocalAddress, Param::LocalPort),
        end(Param::RemoteAddress, Param::RemotePort),
    )
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "compared with what a record may lack"
)]
fn end(address: SocketAddr) -> End {
    let bytes = match address {
        SocketAddr::V4(v4) => v4.ip().octets().to_vec(),
        SocketAddr::V6(v6) => v6.ip().octets().to_vec(),
    };
    Some((bytes, address.port().into()))
}

fn fd(record: &Record<'_>) -> i64 {
    record.signed(Param::Fd).unwrap()
}

#[test]
fn a_connection_is_told_on_both_sides_with_both_ends() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[
        EventKind::Socket,
        EventKind::Bind,
        EventKind::Listen,
        EventKind::Connect,
        EventKind::Accept4,
        EventKind::Shutdown,
    ]);
    for local in ["127.0.0.1:0", "[::1]:0"] {
        recorder.clear();
        let listener = TcpListener::bind(local).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();

        let family = if local.starts_with('[') { 10 } else { 2 };
        let bound = recorder.own_of(EventKind::Bind);
        assert_eq!(fd(&bound), i64::from(listener.as_raw_fd()));
        assert_eq!(ends(&bound).0, end(listener.local_addr().unwrap()));
        assert_eq!(bound.number(Param::SockFamily), Some(family));
        assert_eq!(bound.number(Param::SockType), Some(1));
        assert_eq!(bound.number(Param::SockProtocol), Some(6));
        assert_eq!(bound.number(Param::NetNs), Some(net_ns()));

        let listens = recorder.own_of(EventKind::Listen);
        assert_eq!(listens.number(Param::SockState), Some(10));

        let connected = recorder.own_of(EventKind::Connect);
        assert_eq!(connected.ret, 0);
        assert_eq!(fd(&connected), i64::from(client.as_raw_fd()));
        assert_eq!(
            ends(&connected),
            (
                end(client.local_addr().unwrap()),
                end(listener.local_addr().unwrap())
            )
        );
        assert_eq!(connected.number(Param::SockState), Some(1));
        let given = connected.param(Param::GivenAddress).unwrap();
        assert_eq!(u64::from(given[0]), family);

        let taken = recorder.own_of(EventKind::Accept4);
        assert_eq!(taken.ret, i64::from(server.as_raw_fd()));
        assert_eq!(taken.signed(Param::NewFd), Some(taken.ret));
        assert_eq!(
            ends(&taken),
            (
                end(server.local_addr().unwrap()),
                end(client.local_addr().unwrap())
            )
        );
        let inode = std::fs::metadata(format!("/proc/self/fd/{}", server.as_raw_fd())).unwrap();
        assert_eq!(
            taken.number(Param::SockInode),
            Some(std::os::unix::fs::MetadataExt::ino(&inode))
        );

        let closed = recorder.own_of(EventKind::Shutdown);
        assert_eq!(closed.number(Param::Arg1), Some(1));
        let made = recorder.own_of(EventKind::Socket);
        assert_eq!(made.number(Param::SockFamily), Some(family));
        assert_eq!(
            made.number(Param::Flags),
            Some(0o2_000_000),
            "close on exec"
        );
        assert_eq!(made.ret, fd(&made));
    }
}

#[test]
fn failed_and_waiting_connections_name_where_they_wanted_to() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[EventKind::Connect]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = free.local_addr().unwrap();
    drop(free);
    assert!(TcpStream::connect(nobody).is_err());
    let refused = recorder.own_of(EventKind::Connect);
    assert_eq!(refused.ret, ECONNREFUSED);
    assert_eq!(ends(&refused).1, end(nobody));

    recorder.clear();
    let socket = rustix::net::socket_with(
        AddressFamily::INET,
        SocketType::STREAM,
        SocketFlags::NONBLOCK,
        None,
    )
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = listener.local_addr().unwrap();
    let _ = rustix::net::connect(&socket, &target);
    let waiting = recorder.own_of(EventKind::Connect);
    assert_eq!(waiting.ret, EINPROGRESS);
    assert_eq!(ends(&waiting).1, end(target));

    // A descriptor that is no socket, and one that is none.
    recorder.clear();
    let target = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 7), 4444));
    let file = std::fs::File::open("/dev/null").unwrap();
    assert!(rustix::net::connect(&file, &target).is_err());
    let odd = recorder.own_of(EventKind::Connect);
    assert_eq!(odd.ret, -88, "ENOTSOCK");
    assert_eq!(ends(&odd), (None, end(target)));
    assert_eq!(odd.number(Param::SockFamily), None);
}

#[test]
fn unix_sockets_are_told_with_name_path_and_who_is_there() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(&[
        EventKind::Connect,
        EventKind::Accept4,
        EventKind::Socketpair,
    ]);
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("engine.sock");
    let link = folder.path().join("other-name");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let listener = UnixListener::bind(&real).unwrap();
    let client = UnixStream::connect(&link).unwrap();
    let (_server, _) = listener.accept().unwrap();
    let connected = recorder.own_of(EventKind::Connect);
    assert_eq!(fd(&connected), i64::from(client.as_raw_fd()));
    assert_eq!(
        connected.param(Param::UnixPath),
        real.to_str().map(str::as_bytes)
    );
    // The file that the kernel found, whatever it was called by.
    assert_eq!(
        connected.param(Param::Path),
        real.to_str().map(str::as_bytes)
    );
    let given = connected.param(Param::GivenAddress).unwrap();
    assert!(given.windows(10).any(|part| part == b"other-name"));
    assert_eq!(
        connected.signed(Param::PeerPid),
        Some(std::process::id().into())
    );
    let taken = recorder.own_of(EventKind::Accept4);
    assert_eq!(
        taken.param(Param::UnixPath),
        real.to_str().map(str::as_bytes)
    );

    recorder.clear();
    let name = format!("plimsoll-test-{}", std::process::id());
    let address =
        <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(
            &name,
        )
        .unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let _client = UnixStream::connect_addr(&address).unwrap();
    let hidden = recorder.own_of(EventKind::Connect);
    assert_eq!(
        hidden.param(Param::UnixPath),
        Some(format!("\0{name}").as_bytes())
    );

    let (one, other) = UnixStream::pair().unwrap();
    let pair = recorder.own_of(EventKind::Socketpair);
    assert_eq!(fd(&pair), i64::from(one.as_raw_fd()));
    assert_eq!(pair.signed(Param::NewFd), Some(other.as_raw_fd().into()));
}

/// A question for `example.test`, type A.
fn question() -> Vec<u8> {
    let mut bytes = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    bytes.extend(b"\x07example\x04test\0\0\x01\0\x01");
    bytes
}

/// The answer: 192.0.2.1.
fn answer() -> Vec<u8> {
    let mut bytes = question();
    bytes[2] = 0x81;
    bytes[7] = 1;
    bytes.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
    bytes
}

/// A resolver on port 53 of an address of the loopback that is this test's own.
fn resolver(last: u8) -> UdpSocket {
    let id = std::process::id();
    let address = Ipv4Addr::new(127, 53, (id % 251) as u8 + 1, last);
    UdpSocket::bind((address, 53)).unwrap()
}

const MESSAGES: &[EventKind] = &[
    EventKind::Sendto,
    EventKind::Sendmsg,
    EventKind::Sendmmsg,
    EventKind::Recvfrom,
    EventKind::Recvmsg,
    EventKind::Recvmmsg,
];

#[test]
fn questions_and_answers_of_dns_are_told_with_their_bytes() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(MESSAGES);
    let server = resolver(1);
    let to = server.local_addr().unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&question(), to).unwrap();
    let mut buffer = [0; 512];
    let (_, from) = server.recv_from(&mut buffer).unwrap();
    server.send_to(&answer(), from).unwrap();
    client.recv_from(&mut buffer).unwrap();

    let asked = recorder.wait("question", |record| {
        record.kind == EventKind::Sendto
            && record.signed(Param::Fd) == Some(client.as_raw_fd().into())
    });
    assert_eq!(asked.param(Param::Data), Some(&question()[..]));
    assert_eq!(ends(&asked).1, end(to));
    let answered = recorder.wait("answer", |record| {
        record.kind == EventKind::Recvfrom
            && record.signed(Param::Fd) == Some(client.as_raw_fd().into())
    });
    assert_eq!(answered.param(Param::Data), Some(&answer()[..]));
    assert_eq!(answered.ret, answer().len() as i64);
    assert_eq!(ends(&answered).1, end(to));
}

#[test]
fn dns_over_connected_sockets_is_told_however_it_is_written() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(MESSAGES);
    let server = resolver(2);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(server.local_addr().unwrap()).unwrap();
    let mut buffer = [0; 512];

    // write and read, as Go does.
    let mut file = std::fs::File::from(std::os::fd::OwnedFd::from(client.try_clone().unwrap()));
    file.write_all(&question()).unwrap();
    let (_, from) = server.recv_from(&mut buffer).unwrap();
    server.send_to(&answer(), from).unwrap();
    let count = file.read(&mut buffer).unwrap();
    assert_eq!(count, answer().len());
    let of = |kind, fd: i32| {
        move |record: &Record<'_>| {
            record.kind == kind && record.signed(Param::Fd) == Some(fd.into())
        }
    };
    let written = recorder.wait("write", of(EventKind::Sendto, file.as_raw_fd()));
    assert_eq!(written.param(Param::Data), Some(&question()[..]));
    let read = recorder.wait("read", of(EventKind::Recvfrom, file.as_raw_fd()));
    assert_eq!(read.param(Param::Data), Some(&answer()[..]));
    assert_eq!(ends(&read).1, end(server.local_addr().unwrap()));

    // sendmmsg with two questions, the second in two pieces, as glibc does.
    recorder.clear();
    let mut second = question();
    second[25] = 28;
    let (head, tail) = second.split_at(12);
    let first = question();
    let mut vectors = [
        libc::iovec {
            iov_base: first.as_ptr() as *mut libc::c_void,
            iov_len: first.len(),
        },
        libc::iovec {
            iov_base: head.as_ptr() as *mut libc::c_void,
            iov_len: head.len(),
        },
        libc::iovec {
            iov_base: tail.as_ptr() as *mut libc::c_void,
            iov_len: tail.len(),
        },
    ];
    // SAFETY: all-zero is a valid header, and what it points to outlives the call.
    let sent = unsafe {
        let mut messages: [libc::mmsghdr; 2] = std::mem::zeroed();
        messages[0].msg_hdr.msg_iov = &raw mut vectors[0];
        messages[0].msg_hdr.msg_iovlen = 1;
        messages[1].msg_hdr.msg_iov = &raw mut vectors[1];
        messages[1].msg_hdr.msg_iovlen = 2;
        libc::sendmmsg(client.as_raw_fd(), messages.as_mut_ptr(), 2, 0)
    };
    assert_eq!(sent, 2);
    for expected in [&first, &second] {
        recorder.wait("one of two questions", |record| {
            record.kind == EventKind::Sendmmsg
                && record.param(Param::Data) == Some(&expected[..])
                && record.ret == expected.len() as i64
        });
    }
}

#[test]
fn dns_over_tcp_is_told_and_other_streams_are_not() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(MESSAGES);
    let id = std::process::id();
    let server = TcpListener::bind((Ipv4Addr::new(127, 53, (id % 251) as u8 + 1, 3), 53)).unwrap();
    let client = TcpStream::connect(server.local_addr().unwrap()).unwrap();
    let mut framed = (question().len() as u16).to_be_bytes().to_vec();
    framed.extend(question());
    rustix::net::send(&client, &framed, rustix::net::SendFlags::empty()).unwrap();
    let asked = recorder.own_of(EventKind::Sendto);
    assert_eq!(asked.param(Param::Data), Some(&framed[..]));
    assert_eq!(asked.number(Param::SockProtocol), Some(6));

    recorder.clear();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(other.local_addr().unwrap()).unwrap();
    let (mut taken, _) = other.accept().unwrap();
    for _ in 0..100 {
        rustix::net::send(&client, b"x", rustix::net::SendFlags::empty()).unwrap();
    }
    let mut all = [0; 100];
    taken.read_exact(&mut all).unwrap();
    assert_eq!(recorder.own().len(), 0);
}

#[test]
fn datagrams_are_told_once_for_each_other_end_unless_all_are_wanted() {
    if !may_run() {
        return;
    }
    let mut recorder = Recorder::new(MESSAGES);
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..50 {
        client
            .send_to(b"secret", server.local_addr().unwrap())
            .unwrap();
    }
    client
        .send_to(b"secret", other.local_addr().unwrap())
        .unwrap();
    let sent: Vec<_> = recorder.own().iter().map(|record| ends(record).1).collect();
    assert_eq!(
        sent,
        [
            end(server.local_addr().unwrap()),
            end(other.local_addr().unwrap())
        ]
    );
    for record in recorder.own() {
        assert_eq!(record.param(Param::Data), None, "only DNS shows its bytes");
    }
    // A new socket is told again, even where the old one lay.
    drop(client);
    for _ in 0..20 {
        recorder.clear();
        let client = UdpSocket::bind("127.0.0.1:0").unwrap();
        client
            .send_to(b"secret", server.local_addr().unwrap())
            .unwrap();
        assert_eq!(recorder.own().len(), 1);
    }
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut buffer = [0; 16];
    server.set_nonblocking(true).unwrap();
    while server.recv_from(&mut buffer).is_ok() {}
    server.set_nonblocking(false).unwrap();
    for _ in 0..50 {
        client
            .send_to(b"secret", server.local_addr().unwrap())
            .unwrap();
    }
    // The address is written by the kernel: the first from each other end is told.
    recorder.clear();
    for _ in 0..50 {
        server.recv_from(&mut buffer).unwrap();
    }
    let received = recorder.own();
    assert_eq!(received.len(), 1);
    assert_eq!(ends(&received[0]).1, end(client.local_addr().unwrap()));

    let mut filter = recorder.sensor().filter().clone();
    filter.messages = true;
    recorder.sensor().set_filter(filter).unwrap();
    recorder.clear();
    let (one, _two) = UnixDatagram::pair().unwrap();
    for _ in 0..5 {
        rustix::net::send(&one, b"secret", rustix::net::SendFlags::empty()).unwrap();
        client
            .send_to(b"secret", server.local_addr().unwrap())
            .unwrap();
    }
    assert_eq!(recorder.own().len(), 10);
    assert!(
        recorder
            .own()
            .iter()
            .all(|record| record.param(Param::Data).is_none())
    );
}

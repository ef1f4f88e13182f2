//! Work that a small C program hands to io_uring, without libraries, as the kernel's programs tell it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "helpers of tests"
)]

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::Command;

use plimsoll_behavior::wire::Record;
use plimsoll_model::event::{EventKind, FLAG_ENTER, FLAG_IO_URING, Param};

#[path = "support/recorder.rs"]
mod recorder;
use recorder::{Recorder, may_run, told};

/// Arguments: folder, TCP port, setup flags, port for UDP on 127.53.1.9. Prints one result a line.
const SOURCE: &str = r#"
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than some headers. */
enum { OP_FTRUNCATE = 55, OP_BIND = 56, OP_LISTEN = 57 };

static int ring;
static struct io_uring_params params;
static char *sq, *cq;
static struct io_uring_sqe *sqes;

static int *word(char *base, unsigned at) { return (int *)(base + at); }

static int done(struct io_uring_sqe sqe)
{
    unsigned tail = *word(sq, params.sq_off.tail), mask = *word(sq, params.sq_off.ring_mask);
    unsigned flags = IORING_ENTER_GETEVENTS;
    sqes[tail & mask] = sqe;
    word(sq, params.sq_off.array)[tail & mask] = tail & mask;
    __atomic_store_n(word(sq, params.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
    if (params.flags & IORING_SETUP_SQPOLL)
        flags |= IORING_ENTER_SQ_WAKEUP;
    int skipped = sqe.flags & IOSQE_CQE_SKIP_SUCCESS;
    if (syscall(SYS_io_uring_enter, ring, 1, skipped ? 0 : 1, flags, NULL, 0) < 0) {
        perror("enter");
        exit(1);
    }
    if (skipped) {
        usleep(100000);
        return 0;
    }
    unsigned head = *word(cq, params.cq_off.head);
    while (head == (unsigned)__atomic_load_n(word(cq, params.cq_off.tail), __ATOMIC_ACQUIRE))
        usleep(1000);
    struct io_uring_cqe *cqes = (void *)(cq + params.cq_off.cqes);
    int result = cqes[head & *word(cq, params.cq_off.ring_mask)].res;
    __atomic_store_n(word(cq, params.cq_off.head), head + 1, __ATOMIC_RELEASE);
    return result;
}

static struct io_uring_sqe work(int opcode, int fd, const void *address)
{
    struct io_uring_sqe sqe;
    memset(&sqe, 0, sizeof(sqe));
    sqe.opcode = opcode;
    sqe.fd = fd;
    sqe.addr = (unsigned long)address;
    return sqe;
}

static void say(const char *what, int result) { printf("%s %d\n", what, result); }

int main(int argc, char **argv)
{
    if (argc < 5 || chdir(argv[1]))
        return 2;
    params.flags = atoi(argv[3]);
    ring = syscall(SYS_io_uring_setup, 8, &params);
    if (ring < 0) {
        perror("setup");
        return 3;
    }
    sq = mmap(0, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE,
              MAP_SHARED, ring, IORING_OFF_SQ_RING);
    cq = mmap(0, params.cq_off.cqes + params.cq_entries * 16, PROT_READ | PROT_WRITE,
              MAP_SHARED, ring, IORING_OFF_CQ_RING);
    sqes = mmap(0, params.sq_entries * 64, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
                IORING_OFF_SQES);

    struct io_uring_sqe sqe = work(IORING_OP_OPENAT, AT_FDCWD, "made-by-ring");
    sqe.open_flags = O_CREAT | O_RDWR;
    sqe.len = 0640;
    int fd = done(sqe);
    say("openat", fd);
    say("close", done(work(IORING_OP_CLOSE, fd, NULL)));
    sqe = work(IORING_OP_OPENAT, AT_FDCWD, "/nowhere/at/all");
    say("failed", done(sqe));
    sqe = work(IORING_OP_OPENAT, AT_FDCWD, "made-by-ring");
    sqe.flags = IOSQE_CQE_SKIP_SUCCESS;
    say("skipped", done(sqe));

    struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_NO_SYMLINKS };
    sqe = work(IORING_OP_OPENAT2, AT_FDCWD, "made-by-ring");
    sqe.len = sizeof(how);
    sqe.off = (unsigned long)&how;
    say("openat2", done(sqe));

    sqe = work(IORING_OP_MKDIRAT, AT_FDCWD, "folder");
    sqe.len = 0750;
    say("mkdirat", done(sqe));
    int folder = open("folder", O_RDONLY | O_DIRECTORY);
    sqe = work(IORING_OP_RENAMEAT, AT_FDCWD, "made-by-ring");
    sqe.len = folder;
    sqe.off = (unsigned long)"inside";
    say("renameat", done(sqe));
    sqe = work(IORING_OP_SYMLINKAT, AT_FDCWD, "/etc/shadow");
    sqe.fd = folder;
    sqe.off = (unsigned long)"link";
    say("symlinkat", done(sqe));
    sqe = work(IORING_OP_LINKAT, folder, "inside");
    sqe.len = folder;
    sqe.off = (unsigned long)"second";
    say("linkat", done(sqe));
    say("unlinkat", done(work(IORING_OP_UNLINKAT, folder, "inside")));

    sqe = work(IORING_OP_SOCKET, AF_INET, NULL);
    sqe.off = SOCK_STREAM;
    int tcp = done(sqe);
    say("socket", tcp);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[2])) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sqe = work(IORING_OP_CONNECT, tcp, &to);
    sqe.off = sizeof(to);
    say("connect", done(sqe));
    int other = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_port = htons(1);
    sqe = work(IORING_OP_CONNECT, other, &to);
    sqe.off = sizeof(to);
    say("refused", done(sqe));

    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    to.sin_port = htons(53);
    to.sin_addr.s_addr = htonl(atoi(argv[4]));
    if (connect(udp, (void *)&to, sizeof(to)))
        perror("connect");
    sqe = work(IORING_OP_SEND, udp, "question");
    sqe.len = 8;
    say("send", done(sqe));
    struct iovec vector = { "by message", 10 };
    struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
    say("sendmsg", done(work(IORING_OP_SENDMSG, udp, &message)));
    sqe = work(IORING_OP_SHUTDOWN, tcp, NULL);
    sqe.len = 2;
    say("shutdown", done(sqe));

    int file = open("tall", O_CREAT | O_RDWR, 0600), ends[2];
    if (file < 0 || write(file, "0123456789", 10) != 10 || pipe(ends))
        return 4;
    sqe = work(OP_FTRUNCATE, file, NULL);
    sqe.off = 4;
    say("ftruncate", done(sqe));
    sqe = work(IORING_OP_FSETXATTR, file, "user.one");
    sqe.off = (unsigned long)"value";
    sqe.len = 5;
    say("fsetxattr", done(sqe));
    sqe = work(IORING_OP_SETXATTR, 0, "user.two");
    sqe.off = (unsigned long)"value";
    sqe.len = 5;
    sqe.addr3 = (unsigned long)"tall";
    say("setxattr", done(sqe));
    sqe = work(IORING_OP_SPLICE, ends[1], NULL);
    sqe.splice_fd_in = file;
    sqe.off = -1;
    sqe.len = 3;
    say("splice", done(sqe));

    int server = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_port = 0;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sqe = work(OP_BIND, server, &to);
    sqe.off = sizeof(to);
    say("bind", done(sqe));
    sqe = work(OP_LISTEN, server, NULL);
    sqe.len = 5;
    say("listen", done(sqe));
    socklen_t length = sizeof(to);
    getsockname(server, (void *)&to, &length);
    if (connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&to, sizeof(to)))
        perror("connect");
    say("accept", done(work(IORING_OP_ACCEPT, server, NULL)));

    if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &udp, 1) < 0)
        perror("register");
    sqe = work(IORING_OP_SEND, 0, "by slot");
    sqe.flags = IOSQE_FIXED_FILE;
    sqe.len = 7;
    say("slot", done(sqe));
    return 0;
}
"#;

const KINDS: &[EventKind] = &[
    EventKind::Openat,
    EventKind::Openat2,
    EventKind::Close,
    EventKind::Mkdirat,
    EventKind::Renameat2,
    EventKind::Symlinkat,
    EventKind::Linkat,
    EventKind::Unlinkat,
    EventKind::Socket,
    EventKind::Connect,
    EventKind::Sendto,
    EventKind::Sendmsg,
    EventKind::Shutdown,
    EventKind::Ftruncate,
    EventKind::Fsetxattr,
    EventKind::Setxattr,
    EventKind::Splice,
    EventKind::Bind,
    EventKind::Listen,
    EventKind::Accept4,
];

fn compiled(folder: &Path) -> std::path::PathBuf {
    let source = folder.join("uring.c");
    let program = folder.join("uring");
    std::fs::write(&source, SOURCE).unwrap();
    let output = Command::new("cc")
        .arg("-O1")
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .output()
        .unwrap_or_else(|error| panic!("cc: {error}; install the packages gcc and libc6-dev"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    program
}

/// The record of a kind from a ring, with what it said of its result.
struct Run<'a> {
    recorder: &'a mut Recorder,
    pid: u32,
    said: Vec<(String, i64)>,
}

impl Run<'_> {
    fn result(&self, what: &str) -> i64 {
        self.said.iter().find(|line| line.0 == what).unwrap().1
    }

    fn record(
        &mut self,
        kind: EventKind,
        what: &str,
        more: impl Fn(&Record<'_>) -> bool,
    ) -> Record<'_> {
        let pid = self.pid;
        let result = (what != "skipped").then(|| self.result(what));
        self.recorder.wait(what, |record| {
            record.kind == kind
                && record.exec.pid == pid
                && record.has(FLAG_IO_URING)
                && result.is_none_or(|result| record.ret == result)
                && more(record)
        })
    }
}

fn check(setup: u32) {
    let mut recorder = Recorder::new(KINDS);
    let folder = tempfile::tempdir().unwrap();
    let program = compiled(folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // A resolver's address that is this test's own.
    let address = [
        127,
        53,
        (std::process::id() % 251) as u8 + 1,
        9 + setup as u8,
    ];
    let server = UdpSocket::bind((std::net::Ipv4Addr::from(address), 53)).unwrap();
    let mut command = Command::new(&program);
    command
        .arg(folder.path())
        .arg(port.to_string())
        .arg(setup.to_string())
        .arg(u32::from_be_bytes(address).to_string());
    let child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said: Vec<(String, i64)> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            let (what, result) = line.split_once(' ').unwrap();
            (what.to_owned(), result.parse().unwrap())
        })
        .collect();
    println!("{said:?}");
    let mut run = Run {
        recorder: &mut recorder,
        pid,
        said,
    };
    let full = |name: &str| {
        folder
            .path()
            .join(name)
            .into_os_string()
            .into_encoded_bytes()
    };

    let opened = run.record(EventKind::Openat, "openat", |record| {
        !record.has(FLAG_ENTER)
    });
    let all = told(&opened);
    assert!(opened.ret >= 0, "{all}");
    assert_eq!(
        opened.param(Param::Name),
        Some(&b"made-by-ring"[..]),
        "{all}"
    );
    assert_eq!(
        opened.param(Param::Path),
        Some(&full("made-by-ring")[..]),
        "{all}"
    );
    assert_eq!(opened.number(Param::Flags).unwrap() & 0o102, 0o102, "{all}");
    assert_eq!(opened.number(Param::Mode), Some(0o640), "{all}");
    let fd = opened.ret;
    let closed = run.record(EventKind::Close, "close", |_| true);
    assert_eq!(closed.signed(Param::Fd), Some(fd));
    let failed = run.record(EventKind::Openat, "failed", |_| true);
    assert_eq!(failed.ret, -2);
    assert_eq!(failed.param(Param::Path), Some(&b"/nowhere/at/all"[..]));
    let skipped = run.record(EventKind::Openat, "skipped", |record| {
        record.has(FLAG_ENTER)
    });
    assert_eq!(skipped.param(Param::Path), Some(&full("made-by-ring")[..]));
    let opened = run.record(EventKind::Openat2, "openat2", |_| true);
    assert_eq!(opened.param(Param::Path), Some(&full("made-by-ring")[..]));
    let made = run.record(EventKind::Mkdirat, "mkdirat", |_| true);
    assert_eq!((made.ret, made.number(Param::Mode)), (0, Some(0o750)));
    assert_eq!(made.param(Param::Path), Some(&full("folder")[..]));
    let renamed = run.record(EventKind::Renameat2, "renameat", |_| true);
    assert_eq!(renamed.param(Param::Path), Some(&full("made-by-ring")[..]));
    assert_eq!(
        renamed.param(Param::NewPath),
        Some(&full("folder/inside")[..])
    );
    let link = run.record(EventKind::Symlinkat, "symlinkat", |_| true);
    assert_eq!(link.param(Param::Name), Some(&b"/etc/shadow"[..]));
    assert_eq!(link.param(Param::NewPath), Some(&full("folder/link")[..]));
    let linked = run.record(EventKind::Linkat, "linkat", |_| true);
    assert_eq!(linked.ret, 0);
    assert_eq!(
        linked.param(Param::NewPath),
        Some(&full("folder/second")[..])
    );
    let unlinked = run.record(EventKind::Unlinkat, "unlinkat", |_| true);
    assert_eq!(
        unlinked.param(Param::Path),
        Some(&full("folder/inside")[..])
    );

    let socket = run.record(EventKind::Socket, "socket", |_| true);
    assert_eq!(socket.number(Param::SockFamily), Some(2));
    assert_eq!(socket.number(Param::SockType), Some(1));
    let connected = run.record(EventKind::Connect, "connect", |_| true);
    let all = told(&connected);
    assert_eq!(connected.ret, 0, "{all}");
    assert_eq!(
        connected.param(Param::RemoteAddress),
        Some(&[127, 0, 0, 1][..]),
        "{all}"
    );
    assert_eq!(
        connected.number(Param::RemotePort),
        Some(port.into()),
        "{all}"
    );
    assert!(connected.number(Param::LocalPort).unwrap() > 0, "{all}");
    let refused = run.record(EventKind::Connect, "refused", |_| true);
    assert_eq!(refused.ret, -111);
    assert_eq!(refused.number(Param::RemotePort), Some(1));
    let sent = run.record(EventKind::Sendto, "send", |_| true);
    assert_eq!(sent.param(Param::Data), Some(&b"question"[..]));
    let sent = run.record(EventKind::Sendmsg, "sendmsg", |_| true);
    assert_eq!(sent.param(Param::Data), Some(&b"by message"[..]));
    assert_eq!(sent.param(Param::RemoteAddress), Some(&address[..]));
    let shut = run.record(EventKind::Shutdown, "shutdown", |_| true);
    assert_eq!(shut.number(Param::Arg1), Some(2));

    let cut = run.record(EventKind::Ftruncate, "ftruncate", |_| true);
    assert_eq!((cut.ret, cut.number(Param::Size)), (0, Some(4)));
    assert_eq!(cut.param(Param::Path), Some(&full("tall")[..]));
    for (kind, what, name) in [
        (EventKind::Fsetxattr, "fsetxattr", "user.one"),
        (EventKind::Setxattr, "setxattr", "user.two"),
    ] {
        let set = run.record(kind, what, |_| true);
        let all = told(&set);
        assert_eq!(set.param(Param::Text), Some(name.as_bytes()), "{all}");
        assert_eq!(set.param(Param::Path), Some(&full("tall")[..]), "{all}");
        assert_eq!(set.number(Param::Size), Some(5), "{all}");
    }
    let spliced = run.record(EventKind::Splice, "splice", |_| true);
    let all = told(&spliced);
    assert_eq!(spliced.ret, 3, "{all}");
    assert_eq!(spliced.param(Param::Path), Some(&full("tall")[..]), "{all}");
    assert!(spliced.number(Param::NewFd).is_some(), "{all}");

    let bound = run.record(EventKind::Bind, "bind", |_| true);
    let all = told(&bound);
    assert_eq!(bound.ret, 0, "{all}");
    let local = bound.number(Param::LocalPort);
    assert!(local > Some(0), "{all}");
    let listening = run.record(EventKind::Listen, "listen", |_| true);
    assert_eq!(listening.number(Param::LocalPort), local);
    let accepted = run.record(EventKind::Accept4, "accept", |_| true);
    let all = told(&accepted);
    assert_eq!(accepted.number(Param::LocalPort), local, "{all}");
    assert!(accepted.number(Param::RemotePort) > Some(0), "{all}");
    assert!(accepted.signed(Param::NewFd) > Some(2), "{all}");

    let sent = run.record(EventKind::Sendto, "slot", |record| {
        record.param(Param::Data) == Some(b"by slot")
    });
    assert_eq!(sent.param(Param::Fd), None);
    assert_eq!(sent.param(Param::RemoteAddress), Some(&address[..]));
    drop(server);
}

#[test]
fn work_of_a_ring_is_told_like_system_calls() {
    if may_run() {
        check(0);
    }
}

#[test]
fn work_that_the_kernel_takes_by_itself_is_told_too() {
    const SETUP_SQPOLL: u32 = 2;
    if may_run() {
        check(SETUP_SQPOLL);
    }
}

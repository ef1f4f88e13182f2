//! The state stays within the memory of a small machine when everything in it is as full as it gets.
//! A process of its own, because its memory is measured.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use std::fs;

use plimsoll_behavior::state::containers::{CGROUPS_MAX, CONTAINERS_MAX};
use plimsoll_behavior::state::table::PROCESSES_MAX;
use plimsoll_behavior::{Record, RecordWriter, State};
use plimsoll_model::event::{EventKind, ExecId, Param};

/// What the state may take when all its bounds are reached at once, bytes. The whole program is to
/// stay below 64 MiB, and no machine reaches all of them.
const STATE_BYTES_MAX: usize = 48 << 20;

fn resident_bytes() -> usize {
    let text = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

fn apply(state: &mut State, writer: RecordWriter) {
    let bytes = writer.finish();
    state.apply(&Record::read(&bytes).unwrap());
}

fn exec(pid: usize) -> ExecId {
    ExecId {
        pid: pid as u32,
        start_ns: 7,
    }
}

fn processes(state: &mut State) {
    let args = vec![b'a'; 400];
    for pid in 1..=PROCESSES_MAX + 1000 {
        let who = exec(pid);
        let event = |kind| RecordWriter::new(kind).exec(who, who.pid);
        let program = event(EventKind::Execve)
            .bytes(Param::Args, &args)
            .bytes(Param::ExePath, b"/usr/bin/something/long/enough")
            .bytes(Param::Cwd, b"/var/lib/something")
            .number(Param::Euid, 0);
        apply(state, program);
        apply(state, event(EventKind::Unlink).bytes(Param::Name, b"/x"));
        for fd in 0..4 {
            let open = event(EventKind::Openat).ret(fd);
            let path = format!("/var/lib/something/file-{pid}-{fd}");
            apply(state, open.bytes(Param::Path, path.as_bytes()));
        }
    }
}

fn containers(state: &mut State) {
    let json = format!(r#"{{"labels":{{"a":"{}"}}}}"#, "x".repeat(1800));
    for number in 0..CGROUPS_MAX + 1000 {
        let path = format!("/kubepods/{number:0400}");
        let cgroup = 10 + number as u64;
        let made = RecordWriter::new(EventKind::CgroupMkdir)
            .number(Param::CgroupSubject, cgroup)
            .bytes(Param::CgroupPath, path.as_bytes());
        apply(state, made);
        if number > CONTAINERS_MAX + 100 {
            continue;
        }
        let id = format!("{number:064}");
        let told = RecordWriter::new(EventKind::Container)
            .cgroup_id(cgroup)
            .bytes(Param::CgroupPath, path.as_bytes())
            .bytes(Param::ContainerId, id.as_bytes())
            .bytes(Param::ContainerImage, &[b'i'; 300])
            .bytes(Param::ContainerName, &[b'n'; 200])
            .bytes(Param::ContainerJson, json.as_bytes());
        apply(state, told);
        let users = (0..30).map(|uid| format!("user-{number}-{uid}:x:{uid}:0::/home/u:/bin/sh"));
        let users = users.collect::<Vec<_>>().join("\n");
        let account = RecordWriter::new(EventKind::Account)
            .bytes(Param::ContainerId, id.as_bytes())
            .bytes(Param::AccountUser, users.as_bytes());
        apply(state, account);
    }
}

/// Answers that name a new address each, with the longest name there is.
fn names(state: &mut State) {
    let mut question = vec![0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    for _ in 0..3 {
        question.push(60);
        question.extend([b'n'; 60]);
    }
    question.extend([0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4]);
    let socket = RecordWriter::new(EventKind::Socket)
        .exec(exec(1), 1)
        .ret(3)
        .number(Param::SockType, 2);
    apply(state, socket);
    for address in 0..20_000_u32 {
        let mut data = question.clone();
        data.extend(address.to_be_bytes());
        let answer = RecordWriter::new(EventKind::Recvfrom)
            .exec(exec(1), 1)
            .ret(100)
            .signed(Param::Fd, 3)
            .bytes(Param::RemoteAddress, &[10, 0, 0, 53])
            .number(Param::RemotePort, 53)
            .bytes(Param::Data, &data);
        apply(state, answer);
    }
}

#[test]
fn full_to_all_bounds_it_fits_a_small_machine() {
    let before = resident_bytes();
    let mut state = State::new();
    containers(&mut state);
    names(&mut state);
    processes(&mut state);
    let taken = resident_bytes().saturating_sub(before);
    assert!(taken < STATE_BYTES_MAX, "{} KiB", taken >> 10);
}

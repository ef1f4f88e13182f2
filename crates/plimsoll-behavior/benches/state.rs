//! How long reading a record and taking it into the state takes, on mixes that are usual.
#![expect(clippy::unwrap_used, reason = "benches")]

use divan::Bencher;
use divan::counter::ItemsCount;
use plimsoll_behavior::wire::{Record, RecordWriter};
use plimsoll_behavior::{State, trace};
use plimsoll_model::event::{EventKind, ExecId, Param};

fn main() {
    divan::main();
}

fn open(who: ExecId, fd: i64, time_ns: u64) -> Vec<u8> {
    let path = format!("/usr/lib/x86_64-linux-gnu/some/library-{}.so.6", fd % 40);
    RecordWriter::new(EventKind::Openat)
        .time_ns(time_ns)
        .exec(who, who.pid)
        .cgroup_id(7)
        .namespaces(1, 2)
        .ret(fd)
        .bytes(Param::Name, path.as_bytes())
        .bytes(Param::Path, path.as_bytes())
        .signed(Param::DirFd, -100)
        .number(Param::Flags, 0o2_000_000)
        .number(Param::Mode, 0)
        .number(Param::Inode, 4711)
        .number(Param::Device, 8)
        .number(Param::FileMode, 0o100_644)
        .number(Param::FileLayer, 1)
        .finish()
}

fn close(who: ExecId, fd: i64, time_ns: u64) -> Vec<u8> {
    RecordWriter::new(EventKind::Close)
        .time_ns(time_ns)
        .exec(who, who.pid)
        .cgroup_id(7)
        .namespaces(1, 2)
        .signed(Param::Fd, fd)
        .finish()
}

fn exec(who: ExecId, parent: ExecId, time_ns: u64) -> Vec<u8> {
    let mut writer = RecordWriter::new(EventKind::Execve)
        .time_ns(time_ns)
        .exec(who, who.pid)
        .cgroup_id(7)
        .namespaces(1, 2)
        .bytes(Param::Comm, b"grep\0\0\0\0\0\0\0\0\0\0\0\0")
        .bytes(Param::Exe, b"/usr/bin/grep")
        .bytes(Param::ExePath, b"/usr/bin/grep")
        .bytes(Param::Args, b"grep\0-r\0--include=*.conf\0listen\0/etc\0")
        .bytes(Param::Cwd, b"/srv/app")
        .signed(Param::Ppid, i64::from(parent.pid))
        .number(Param::ParentStart, parent.start_ns);
    for param in [
        Param::ArgsBytes,
        Param::Vpid,
        Param::Vppid,
        Param::Sid,
        Param::Pgid,
        Param::Vsid,
        Param::Vpgid,
        Param::Uid,
        Param::Euid,
        Param::Suid,
        Param::Fsuid,
        Param::Gid,
        Param::Egid,
        Param::Sgid,
        Param::Fsgid,
        Param::CapEffective,
        Param::CapPermitted,
        Param::CapInheritable,
        Param::CapBounding,
        Param::CapAmbient,
        Param::MntNs,
        Param::NetNs,
        Param::UserNs,
        Param::IpcNs,
        Param::UtsNs,
        Param::CgroupNs,
        Param::PidNs,
        Param::Tty,
        Param::LoginUid,
        Param::ExeInode,
        Param::ExeDevice,
        Param::ExeMode,
        Param::ExeUid,
        Param::ExeCtime,
        Param::ExeMtime,
        Param::ExeLayer,
    ] {
        writer = writer.number(param, 1);
    }
    writer.finish()
}

fn fork(who: ExecId, child: ExecId, time_ns: u64) -> Vec<u8> {
    RecordWriter::new(EventKind::Clone)
        .time_ns(time_ns)
        .exec(who, who.pid)
        .cgroup_id(7)
        .namespaces(1, 2)
        .ret(i64::from(child.pid))
        .signed(Param::ChildPid, i64::from(child.pid))
        .number(Param::ChildStart, child.start_ns)
        .number(Param::CloneFlags, 0)
        .finish()
}

fn exit(who: ExecId, time_ns: u64) -> Vec<u8> {
    RecordWriter::new(EventKind::Procexit)
        .time_ns(time_ns)
        .exec(who, who.pid)
        .cgroup_id(7)
        .namespaces(1, 2)
        .number(Param::ExitCode, 0)
        .finish()
}

/// Fifty servers that open and close; now and then one runs a program that opens a few libraries.
fn mix(records: usize, programs: u32) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let servers: Vec<_> = (100..150)
        .map(|pid| ExecId {
            pid,
            start_ns: 1000,
        })
        .collect();
    let init = ExecId {
        pid: 1,
        start_ns: 1,
    };
    for server in &servers {
        out.push(exec(*server, init, 1));
    }
    let mut time = 2;
    let mut next_pid = 1000;
    while out.len() < records {
        for (index, server) in servers.iter().enumerate() {
            time += 1000;
            for fd in [9, 10, 11] {
                out.push(open(*server, fd, time));
            }
            for fd in [9, 10, 11] {
                out.push(close(*server, fd, time));
            }
            if (index as u32) < programs {
                let child = ExecId {
                    pid: next_pid,
                    start_ns: time,
                };
                next_pid = 1000 + (next_pid - 999) % 30_000;
                out.push(fork(*server, child, time));
                out.push(exec(child, *server, time));
                for fd in 3..6 {
                    out.push(open(child, fd, time));
                    out.push(close(child, fd, time));
                }
                out.push(exit(child, time));
            }
        }
    }
    out
}

fn applied(bencher: Bencher<'_, '_>, records: &[Vec<u8>]) {
    bencher
        .counter(ItemsCount::new(records.len()))
        .with_inputs(State::new)
        .bench_values(|mut state| {
            for bytes in records {
                let record = Record::read(bytes).unwrap();
                divan::black_box(state.apply(&record).process.exec);
            }
            state
        });
}

#[divan::bench]
fn opens_and_closes(bencher: Bencher<'_, '_>) {
    applied(bencher, &mix(20_000, 0));
}

#[divan::bench]
fn opens_closes_and_a_few_programs(bencher: Bencher<'_, '_>) {
    applied(bencher, &mix(20_000, 5));
}

#[divan::bench]
fn many_programs(bencher: Bencher<'_, '_>) {
    applied(bencher, &mix(20_000, 50));
}

#[divan::bench]
fn only_reading_records(bencher: Bencher<'_, '_>) {
    let records = mix(20_000, 5);
    bencher.counter(ItemsCount::new(records.len())).bench(|| {
        for bytes in &records {
            divan::black_box(Record::read(bytes).unwrap().exec);
        }
    });
}

#[divan::bench]
fn reading_a_trace(bencher: Bencher<'_, '_>) {
    let records = mix(20_000, 5);
    let mut writer = trace::TraceWriter::new(Vec::new()).unwrap();
    for record in &records {
        writer.add(record).unwrap();
    }
    let bytes = writer.finish().unwrap();
    bencher.counter(ItemsCount::new(records.len())).bench(|| {
        let mut reader = trace::TraceReader::open(&*bytes).unwrap();
        while let Some(record) = reader.read_record().unwrap() {
            divan::black_box(record.len());
        }
    });
}

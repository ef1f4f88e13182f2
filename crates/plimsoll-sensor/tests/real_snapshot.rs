//! What `/proc` says of processes, files and sockets that the test made itself.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests"
)]

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command};

use plimsoll_behavior::wire::Record;
use plimsoll_model::event::{EventKind, FILE_DELETED, FLAG_FROM_PROC, Param};
use plimsoll_sensor::snapshot::{START_STEP_NS, Snapshot};

#[path = "support/recorder.rs"]
mod recorder;

/// Ends with the test, also with one that fails.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn snapshot() -> Snapshot {
    let unified = Path::new("/sys/fs/cgroup/unified");
    let cgroup = if unified.exists() {
        unified
    } else {
        Path::new("/sys/fs/cgroup")
    };
    Snapshot::new(Path::new("/proc"), Some(cgroup), &["CHOSEN"])
}

fn records(pid: u32) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    let taken = snapshot().process_and_files(pid, &mut |bytes| records.push(bytes.to_vec()));
    assert_eq!(taken.skipped, [], "nothing of our own is passed over");
    records
}

#[test]
fn a_process_is_told_with_what_it_was_started_with() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sleep");
    command
        .arg0("odd) R 1 (name")
        .arg("60")
        .env("CHOSEN", "yes\u{1b}[2J")
        .env("SECRET", "no")
        .current_dir(folder.path());
    let child = Guard(command.spawn().unwrap());
    let bytes = snapshot().process(child.0.id()).unwrap();
    let task = Record::read(&bytes).unwrap();
    assert_eq!(task.kind, EventKind::Task);
    assert!(task.has(FLAG_FROM_PROC));
    assert_eq!(task.exec.pid, child.0.id());
    assert_eq!(task.exec.start_ns % START_STEP_NS, 0);
    assert!(task.exec.start_ns > 0 && task.exec.start_ns <= task.time_ns);
    assert_eq!(
        task.param(Param::Args),
        Some(&b"odd) R 1 (name\x0060\0"[..])
    );
    assert_eq!(
        task.param(Param::Env),
        Some("CHOSEN=yes\u{1b}[2J\0".as_bytes())
    );
    assert_eq!(
        task.param(Param::Cwd),
        Some(folder.path().to_str().unwrap().as_bytes())
    );
    assert_eq!(
        task.signed(Param::Ppid),
        Some(i64::from(std::process::id()))
    );
    assert!(task.number(Param::ParentStart).unwrap() <= task.exec.start_ns);
    assert_eq!(task.param(Param::Comm), Some(&b"sleep"[..]));
    let exe = std::fs::canonicalize("/usr/bin/sleep").unwrap_or_else(|_| "/bin/sleep".into());
    assert_eq!(
        task.param(Param::ExePath),
        Some(exe.to_str().unwrap().as_bytes())
    );
    assert_eq!(
        task.number(Param::Euid),
        Some(rustix::process::geteuid().as_raw().into())
    );
    let own = std::fs::read_link("/proc/self/ns/mnt").unwrap();
    assert_eq!(
        own.to_str(),
        Some(format!("mnt:[{}]", task.mnt_ns).as_str())
    );
    assert!(task.param(Param::CgroupPath).unwrap().starts_with(b"/"));
    assert_ne!(task.cgroup_id, 0);
}

#[test]
fn files_and_sockets_are_told_by_descriptor() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("with blank");
    let kept = std::fs::File::create(&path).unwrap();
    let gone = std::fs::File::create(folder.path().join("gone")).unwrap();
    std::fs::remove_file(folder.path().join("gone")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let six = UdpSocket::bind("[::1]:0").unwrap();
    let unix_path = folder.path().join("s");
    let unix = UnixListener::bind(&unix_path).unwrap();

    let all = records(std::process::id());
    let by_fd: BTreeMap<i64, Record<'_>> = all
        .iter()
        .map(|bytes| Record::read(bytes).unwrap())
        .filter_map(|record| Some((record.signed(Param::Fd)?, record)))
        .collect();
    let at = |fd: i32| by_fd[&i64::from(fd)];

    let file = at(kept.as_raw_fd());
    assert_eq!(file.kind, EventKind::File);
    assert_eq!(file.param(Param::Path), path.to_str().map(str::as_bytes));
    assert_eq!(file.number(Param::Flags).unwrap() & 3, 1, "write only");
    let deleted = at(gone.as_raw_fd());
    assert_eq!(deleted.number(Param::FileLayer), Some(FILE_DELETED));
    assert!(deleted.param(Param::Path).unwrap().ends_with(b"/gone"));

    let socket = at(client.as_raw_fd());
    assert_eq!(socket.kind, EventKind::Sock);
    assert_eq!(
        socket.param(Param::RemoteAddress),
        Some(&[127, 0, 0, 1][..])
    );
    let ports = [
        client.local_addr().unwrap().port(),
        client.peer_addr().unwrap().port(),
    ];
    assert_eq!(socket.number(Param::LocalPort), Some(ports[0].into()));
    assert_eq!(socket.number(Param::RemotePort), Some(ports[1].into()));
    assert_eq!(socket.number(Param::SockState), Some(1), "established");
    assert_eq!(
        at(listener.as_raw_fd()).number(Param::SockState),
        Some(10),
        "listens"
    );

    let udp = at(six.as_raw_fd());
    assert_eq!(udp.number(Param::SockFamily), Some(10));
    assert_eq!(udp.number(Param::SockProtocol), Some(17));
    let mut loopback = [0_u8; 16];
    loopback[15] = 1;
    assert_eq!(udp.param(Param::LocalAddress), Some(&loopback[..]));

    let named = at(unix.as_raw_fd());
    assert_eq!(
        named.param(Param::UnixPath),
        unix_path.to_str().map(str::as_bytes)
    );
}

#[test]
fn everything_there_is_is_read_once() {
    let children: Vec<Guard> = (0..50)
        .map(|_| Guard(Command::new("sleep").arg("60").spawn().unwrap()))
        .collect();
    let mut pids = Vec::new();
    let began = std::time::Instant::now();
    let taken = snapshot().all(&mut |bytes| {
        let record = Record::read(bytes).unwrap();
        if record.kind == EventKind::Task {
            pids.push(record.exec.pid);
        }
    });
    println!("{taken:?} in {:?}", began.elapsed());
    assert!(pids.is_sorted());
    for child in &children {
        let pid = child.0.id();
        assert_eq!(pids.iter().filter(|other| **other == pid).count(), 1);
    }
    assert_eq!(taken.processes, pids.len());
    assert!(taken.files > 100);
}

/// A sensor that watches nothing but can be asked for what exists.
fn sensor() -> Option<plimsoll_sensor::Sensor> {
    if !recorder::may_run() {
        return None;
    }
    let filter = plimsoll_sensor::Filter {
        kinds: [].into(),
        ..plimsoll_sensor::Filter::default()
    };
    let options = plimsoll_sensor::Options {
        filter,
        ..plimsoll_sensor::Options::default()
    };
    Some(plimsoll_sensor::Sensor::load(&options).unwrap())
}

#[test]
fn the_kernel_tells_of_processes_what_proc_does_and_more() {
    let Some(mut sensor) = sensor() else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("own");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let mut command = Command::new(&program);
    command
        .arg("60")
        .env("CHOSEN", "yes")
        .current_dir(folder.path());
    let child = Guard(command.spawn().unwrap());
    // Until it has become what it was asked to be.
    std::thread::sleep(std::time::Duration::from_millis(100));
    let pid = child.0.id();
    let mut records = Vec::new();
    let begun = std::time::Instant::now();
    let taken = sensor.snapshot(&mut snapshot(), &mut |bytes| records.push(bytes.to_vec()));
    println!("{taken:?} in {:?}", begun.elapsed());
    assert_eq!(taken.skipped, []);
    let found: Vec<Record<'_>> = records
        .iter()
        .map(|bytes| Record::read(bytes).unwrap())
        .filter(|record| record.kind == EventKind::Task && record.exec.pid == pid)
        .collect();
    assert_eq!(found.len(), 1);
    let by_proc = snapshot().process(pid).unwrap();
    let by_proc = Record::read(&by_proc).unwrap();
    let task = found[0];
    assert!(!task.has(FLAG_FROM_PROC));
    assert_eq!(
        task.exec.start_ns / START_STEP_NS,
        by_proc.exec.start_ns / START_STEP_NS
    );
    assert_eq!(task.cgroup_id, by_proc.cgroup_id);
    assert_eq!((task.mnt_ns, task.pid_ns), (by_proc.mnt_ns, by_proc.pid_ns));
    // Whatever both tell is the same, apart from start times, which /proc cuts.
    for (number, value) in by_proc.params() {
        let param = Param::from_number(number).unwrap();
        if matches!(
            param,
            Param::ParentStart | Param::ThreadStart | Param::ExeLayer
        ) {
            continue;
        }
        assert_eq!(
            task.param(param)
                .map(<[u8]>::escape_ascii)
                .map(|text| text.to_string()),
            Some(value.escape_ascii().to_string()),
            "{}",
            param.name()
        );
    }
    assert_eq!(
        task.param(Param::ExePath),
        program.to_str().map(str::as_bytes)
    );
    assert_eq!(task.param(Param::Env), Some(&b"CHOSEN=yes\0"[..]));
}

#[test]
fn the_kernel_tells_of_files_and_sockets() {
    let Some(mut sensor) = sensor() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    let kept = std::fs::File::create(&path).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let unix_path = folder.path().join("s");
    let unix = UnixListener::bind(&unix_path).unwrap();
    let mut records = Vec::new();
    sensor.snapshot(&mut snapshot(), &mut |bytes| records.push(bytes.to_vec()));
    let at = |fd: i32| {
        records
            .iter()
            .map(|bytes| Record::read(bytes).unwrap())
            .find(|record| {
                record.exec.pid == std::process::id()
                    && matches!(record.kind, EventKind::File | EventKind::Sock)
                    && record.signed(Param::Fd) == Some(fd.into())
            })
            .unwrap_or_else(|| panic!("no descriptor {fd}"))
    };
    let file = at(kept.as_raw_fd());
    assert_eq!(file.param(Param::Path), path.to_str().map(str::as_bytes));
    assert_eq!(file.number(Param::Flags).unwrap() & 3, 1, "write only");
    let socket = at(client.as_raw_fd());
    assert_eq!(socket.kind, EventKind::Sock);
    assert_eq!(
        socket.param(Param::RemoteAddress),
        Some(&[127, 0, 0, 1][..])
    );
    assert_eq!(
        socket.number(Param::RemotePort),
        Some(listener.local_addr().unwrap().port().into())
    );
    assert_eq!(at(listener.as_raw_fd()).number(Param::SockState), Some(10));
    assert_eq!(
        at(unix.as_raw_fd()).param(Param::UnixPath),
        unix_path.to_str().map(str::as_bytes)
    );
}

#[test]
fn a_process_that_is_gone_is_none() {
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    assert_eq!(snapshot().process(pid), None);
}

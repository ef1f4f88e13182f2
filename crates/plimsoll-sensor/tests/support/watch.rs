//! A sensor at work on this machine, and what it has seen.
#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use plimsoll_behavior::Record;
use plimsoll_model::event::{EventKind, Param};
use plimsoll_sensor::filter::Cgroups;
use plimsoll_sensor::{Filter, Options, Sensor, State};

/// An event that was seen.
#[derive(Debug, Clone)]
pub struct Seen {
    pub kind: EventKind,
    pub flags: u16,
    pub ret: i64,
    pub pid: u32,
    pub tid: u32,
    pub start_ns: u64,
    pub cgroup_id: u64,
    pub cpu: u16,
    pub sequence: u32,
    bytes: Vec<u8>,
}

impl Seen {
    fn read(bytes: &[u8]) -> Self {
        let record = Record::read(bytes).expect("a record");
        Self {
            kind: record.kind,
            flags: record.flags,
            ret: record.ret,
            pid: record.exec.pid,
            tid: record.tid,
            start_ns: record.exec.start_ns,
            cgroup_id: record.cgroup_id,
            cpu: record.cpu,
            sequence: record.sequence,
            bytes: bytes.to_vec(),
        }
    }

    pub fn record(&self) -> Record<'_> {
        Record::read(&self.bytes).expect("a record")
    }

    pub fn bytes(&self, param: Param) -> &[u8] {
        self.record().param(param).unwrap_or(b"(absent)")
    }

    pub fn text(&self, param: Param) -> String {
        String::from_utf8_lossy(self.bytes(param)).into_owned()
    }

    pub fn number(&self, param: Param) -> u64 {
        self.record()
            .number(param)
            .unwrap_or_else(|| panic!("{param:?} is absent in {self:?}"))
    }

    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

/// A sensor, a cgroup for what it watches, and what it has seen.
pub struct Watch {
    pub sensor: Sensor,
    pub seen: Vec<Seen>,
    cgroup: Option<PathBuf>,
}

/// Whether kernel programs can be loaded here; says so when not.
pub fn may_run() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    let has_types = Path::new("/sys/kernel/btf/vmlinux").exists();
    if !is_root || !has_types {
        println!("skipped: needs root and BPF (root: {is_root}, types of the kernel: {has_types})");
    }
    is_root && has_types
}

impl Watch {
    /// Watches what [`Watch::run`] starts.
    pub fn children(kinds: &[EventKind]) -> Option<Self> {
        Self::children_with(kinds, |_| {})
    }

    pub fn children_with(kinds: &[EventKind], change: impl FnOnce(&mut Options)) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if !may_run() {
            return None;
        }
        let root = plimsoll_sensor::cgroup_root().expect("a cgroup hierarchy of version 2");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let cgroup = root.join(format!("plimsoll-watch-{}-{number}", std::process::id()));
        fs::create_dir(&cgroup).expect("a cgroup of our own");
        let id = rustix::fs::stat(&cgroup).expect("the cgroup").st_ino;
        let cgroups = Cgroups::Only(BTreeSet::from([id]));
        Some(Self::begin(kinds, cgroups, Some(cgroup), change))
    }

    /// Watches everybody, this process too.
    pub fn all(kinds: &[EventKind], change: impl FnOnce(&mut Options)) -> Option<Self> {
        may_run().then(|| Self::begin(kinds, Cgroups::All, None, change))
    }

    fn begin(
        kinds: &[EventKind],
        cgroups: Cgroups,
        cgroup: Option<PathBuf>,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let mut options = Options {
            filter: Filter {
                kinds: kinds.iter().copied().collect(),
                cgroups,
                ..Filter::default()
            },
            ring_bytes: 32 << 20,
            without_self: false,
            ..Options::default()
        };
        change(&mut options);
        let sensor = Sensor::load(&options).expect("the sensor");
        for state in sensor.programs() {
            let refused = matches!(state.state, State::Refused(_)) && !state.program.optional;
            assert!(!refused, "{state:?}");
        }
        Self {
            sensor,
            seen: Vec::new(),
            cgroup,
        }
    }

    /// Starts a program in the watched cgroup. Its exec is the first thing that is seen of it.
    pub fn run(&self, command: &mut Command) -> Child {
        let cgroup = self.cgroup.as_ref().expect("a watch on children");
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(r#"echo $$ > "$0"; exec "$@""#)
            .arg(cgroup.join("cgroup.procs"))
            .arg(command.get_program())
            .args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.spawn().expect("sh")
    }

    /// Runs a program to its end and gathers what was seen; its pid.
    pub fn finish(&mut self, command: &mut Command) -> u32 {
        let mut child = self.run(command);
        let pid = child.id();
        loop {
            self.gather();
            if child.try_wait().expect("wait").is_some() {
                break;
            }
        }
        self.gather();
        pid
    }

    /// Takes what waits in the ring.
    pub fn gather(&mut self) {
        let Self { sensor, seen, .. } = self;
        sensor
            .poll(Duration::from_millis(5), |bytes| {
                seen.push(Seen::read(bytes));
            })
            .expect("the ring");
    }

    /// Takes what waits, but only of this thread.
    pub fn gather_own(&mut self) {
        let tid = rustix::thread::gettid().as_raw_nonzero().get() as u32;
        let Self { sensor, seen, .. } = self;
        sensor
            .poll(Duration::ZERO, |bytes| {
                if Record::read(bytes).expect("a record").tid == tid {
                    seen.push(Seen::read(bytes));
                }
            })
            .expect("the ring");
    }

    /// The only event that a test is true for.
    pub fn one(&self, what: &str, test: impl Fn(&Seen) -> bool) -> &Seen {
        let found: Vec<_> = self.seen.iter().filter(|seen| test(seen)).collect();
        assert_eq!(
            found.len(),
            1,
            "{what}: {found:#?} of {} events",
            self.seen.len()
        );
        found[0]
    }

    /// The exec of a process, when there was one.
    pub fn exec(&self, pid: u32) -> &Seen {
        self.one("exec", |seen| {
            matches!(seen.kind, EventKind::Execve | EventKind::Execveat)
                && seen.pid == pid
                && seen.ret == 0
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(cgroup) = &self.cgroup else { return };
        let begun = Instant::now();
        // It is busy until the last process in it has been reaped.
        while fs::remove_dir(cgroup).is_err() && begun.elapsed() < Duration::from_secs(2) {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Compiles a C program; what it is called then.
pub fn compiled(folder: &Path, name: &str, source: &str) -> PathBuf {
    let file = folder.join(format!("{name}.c"));
    let program = folder.join(name);
    fs::write(&file, source).expect("the source");
    let done = Command::new("clang")
        .args(["-O1", "-static", "-o"])
        .arg(&program)
        .arg(&file)
        .status()
        .expect("clang: install Debian's clang");
    assert!(done.success(), "clang and libc6-dev are needed");
    program
}

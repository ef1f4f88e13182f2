//! What existed when the sensor began, and a process that nobody told of: read from `/proc`.
//!
//! The kernel's iterators say more (exact start times, layers of overlays) and are asked first, see
//! [`Snapshot::all_from_kernel`]; `/proc` is what remains where they do not load, and for a single
//! unknown process. It gives the same kinds of records with `FLAG_FROM_PROC`.
//!
//! Processes are hostile: they come and go while they are read, have names made to be misread, and
//! can make a reader of their memory wait for ever. So whatever vanishes is passed over, numbers are
//! parsed after the last parenthesis, and the two files that read a process's memory are read by a
//! helper thread with a deadline. Nothing is followed into a process's filesystem: attributes come
//! from what the kernel has in memory.
//!
//! What `/proc` cannot say: start times are cut to 10 ms (match them with [`START_STEP_NS`]), the
//! upper layer of an overlay and the pid of a parent outside the process's namespace are absent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use plimsoll_model::event::ExecId;

mod files;
mod kernel;
mod patient;
mod process;
mod sockets;
mod status;

pub(crate) use kernel::ITERATORS;
use patient::Patient;
use sockets::Tables;

/// Steps of start times in `/proc`, in nanoseconds: user space's clock has 100 ticks a second on
/// every architecture of today.
pub const START_STEP_NS: u64 = 10_000_000;

/// Most processes that are read at start.
const PROCESSES_MAX: usize = 200_000;
/// Most descriptors that are read of one process.
const FILES_PER_PROCESS_MAX: usize = 16_384;
/// Most descriptors that are read in all.
const FILES_MAX: usize = 1_000_000;
/// Most network namespaces whose sockets are read.
const NAMESPACES_MAX: usize = 4_096;
/// Most things that are named as not read; more are only counted.
const SKIPPED_NAMED_MAX: usize = 100;

/// Something that exists and was not read, or not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub pid: u32,
    pub reason: String,
}

/// What a snapshot held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub processes: usize,
    pub files: usize,
    pub sockets: usize,
    /// The first of what was not read.
    pub skipped: Vec<Skipped>,
    /// How much was not read, the named included.
    pub skipped_count: usize,
}

impl Taken {
    pub(crate) fn skip(&mut self, pid: u32, reason: impl Into<String>) {
        self.skipped_count += 1;
        if self.skipped.len() < SKIPPED_NAMED_MAX {
            self.skipped.push(Skipped {
                pid,
                reason: reason.into(),
            });
        }
    }
}

/// A reader of `/proc`.
#[derive(Debug)]
pub struct Snapshot {
    proc: PathBuf,
    /// Where cgroup version 2 is mounted.
    cgroup: Option<PathBuf>,
    /// Variables of the environment that are told.
    env_names: Vec<String>,
    patient: Patient,
    /// Ids of cgroups by path: asked once each.
    cgroup_ids: HashMap<String, u64>,
}

impl Snapshot {
    /// A reader of the host's `/proc`, with the folder of cgroup version 2 where there is one and
    /// the names of the environment's variables to tell.
    pub fn new(proc: &Path, cgroup: Option<&Path>, env_names: &[&str]) -> Self {
        Self {
            proc: proc.to_path_buf(),
            cgroup: cgroup.map(Path::to_path_buf),
            env_names: env_names.iter().map(|name| (*name).to_owned()).collect(),
            patient: Patient::default(),
            cgroup_ids: HashMap::new(),
        }
    }

    /// Everything there is: for each process one task record, then its files and sockets. Parents
    /// come before their children as far as pids grow.
    pub fn all(&mut self, emit: &mut dyn FnMut(&[u8])) -> Taken {
        let mut taken = Taken::default();
        let time_ns = now_ns();
        let mut tables = HashMap::new();
        let starts = self.starts(&mut taken);
        for &(pid, _) in &starts {
            let parent = |ppid: u32| {
                let at = starts.binary_search_by_key(&ppid, |found| found.0).ok()?;
                starts.get(at).map(|found| found.1)
            };
            let Some(task) = self.task(pid, time_ns, &parent, &mut taken) else {
                continue;
            };
            emit(&task.record);
            taken.processes += 1;
            let tables = self.tables(&task, &mut tables, &mut taken);
            self.files(&task, time_ns, tables, &mut taken, emit);
        }
        taken
    }

    /// The task record of one process; `None` when it is gone.
    pub fn process(&mut self, pid: u32) -> Option<Vec<u8>> {
        let proc = self.proc.clone();
        let parent = move |ppid: u32| status::start_ns(&proc, ppid);
        self.task(pid, now_ns(), &parent, &mut Taken::default())
            .map(|task| task.record)
    }

    /// The records of one process: its task, files and sockets. Empty when it is gone.
    pub fn process_and_files(&mut self, pid: u32, emit: &mut dyn FnMut(&[u8])) -> Taken {
        let mut taken = Taken::default();
        let time_ns = now_ns();
        let proc = self.proc.clone();
        let parent = move |ppid: u32| status::start_ns(&proc, ppid);
        if let Some(task) = self.task(pid, time_ns, &parent, &mut taken) {
            emit(&task.record);
            taken.processes = 1;
            let mut tables = HashMap::new();
            let tables = self.tables(&task, &mut tables, &mut taken);
            self.files(&task, time_ns, tables, &mut taken, emit);
        }
        taken
    }

    /// All pids and when they began, by pid.
    fn starts(&self, taken: &mut Taken) -> Vec<(u32, u64)> {
        let listed = match std::fs::read_dir(&self.proc) {
            Ok(listed) => listed,
            Err(error) => {
                taken.skip(0, format!("{}: {error}", self.proc.display()));
                return Vec::new();
            }
        };
        let mut starts: Vec<(u32, u64)> = listed
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(|pid| Some((pid, status::start_ns(&self.proc, pid)?)))
            .collect();
        starts.sort_unstable();
        if starts.len() > PROCESSES_MAX {
            let more = starts.len() - PROCESSES_MAX;
            taken.skip(0, format!("{more} processes beyond {PROCESSES_MAX}"));
            starts.truncate(PROCESSES_MAX);
        }
        starts
    }

    /// The sockets of a process's network namespace, read once for each.
    fn tables<'a>(
        &self,
        task: &Task,
        known: &'a mut HashMap<u64, Tables>,
        taken: &mut Taken,
    ) -> Option<&'a Tables> {
        let space = task.net_ns?;
        if !known.contains_key(&space) {
            if known.len() >= NAMESPACES_MAX {
                taken.skip(task.exec.pid, "sockets: too many network namespaces");
                return None;
            }
            let folder = self.proc.join(task.exec.pid.to_string()).join("net");
            known.insert(space, Tables::read(&folder, task.exec.pid, taken));
        }
        known.get(&space)
    }
}

/// A process that was read, and what its files' records need of it.
#[derive(Debug)]
struct Task {
    record: Vec<u8>,
    exec: ExecId,
    cgroup_id: u64,
    mnt_ns: u32,
    pid_ns: u32,
    net_ns: Option<u64>,
    /// Its root as we see it; paths are told from there.
    root: Vec<u8>,
}

/// Nanoseconds since boot, suspended time included: the clock of the kernel's records.
fn now_ns() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(u64::try_from(now.tv_nsec).unwrap_or_default())
}

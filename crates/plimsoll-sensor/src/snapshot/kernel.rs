//! What the kernel's iterators tell of processes, files and sockets: `bpf/snapshot/`.
//!
//! They know exact start times and the layers of overlays, and reading them needs no file of
//! `/proc`. What lies in a process's own memory (arguments, environment) is added from there.

use std::io::Read as _;

use aya::programs::{Iter, Program, ProgramError};
use aya::{Btf, Ebpf};
use plimsoll_behavior::wire::{Record, RecordWriter};
use plimsoll_model::event::{EventKind, HEAD_BYTES, Param, RECORD_BYTES_MAX};

use super::{FILES_MAX, Snapshot, Taken};

/// Most bytes that all records of one iterator may have.
const ITERATOR_BYTES_MAX: u64 = 1 << 30;
/// Bytes asked for at once: the kernel's own buffer for an iterator.
const READ_BYTES: usize = 32 << 10;

/// Programs that are iterators, and what each goes over.
pub(crate) const ITERATORS: &[(&str, &str)] =
    &[("snapshot_tasks", "task"), ("snapshot_files", "task_file")];

/// Why an iterator gave nothing, or not all.
#[derive(Debug, thiserror::Error)]
enum IteratorError {
    #[error("it is not in the object")]
    Absent,
    #[error("{}", crate::attach::reason(.0))]
    Program(#[from] ProgramError),
    #[error("the kernel's types cannot be read: {0}")]
    Types(#[from] aya::BtfError),
    #[error("{0}")]
    Link(#[from] aya::programs::links::LinkError),
    #[error("{0}")]
    Read(#[from] std::io::Error),
    #[error("what it gave is no record: {0}")]
    Record(#[from] plimsoll_behavior::wire::RecordError),
}

impl Snapshot {
    /// Everything there is, from the kernel's iterators: task records first, then files and sockets.
    /// Where they do not load, `/proc` is read instead, and `skipped` says why.
    pub fn all_from_kernel(&mut self, object: &mut Ebpf, emit: &mut dyn FnMut(&[u8])) -> Taken {
        let mut taken = Taken::default();
        let mut told = 0;
        let tasks = run(object, "snapshot_tasks", "task", &mut |record| {
            let whole = self.completed(record, &mut taken);
            emit(&whole);
            told += 1;
            true
        });
        taken.processes = told;
        if let Err(error) = tasks {
            taken.skip(0, format!("the kernel's iterator of tasks: {error}"));
            if told == 0 {
                let from_proc = self.all(emit);
                return merged(taken, from_proc);
            }
        }
        let (mut files, mut sockets) = (0, 0);
        let read = run(object, "snapshot_files", "task_file", &mut |record| {
            if files + sockets >= FILES_MAX {
                return false;
            }
            emit(record.bytes());
            if record.kind == EventKind::Sock {
                sockets += 1;
            } else {
                files += 1;
            }
            true
        });
        (taken.files, taken.sockets) = (files, sockets);
        if files + sockets >= FILES_MAX {
            taken.skip(0, format!("descriptors: {FILES_MAX} in all are read"));
        }
        if let Err(error) = read {
            taken.skip(0, format!("the kernel's iterator of files: {error}"));
        }
        taken
    }

    /// A task record with what only `/proc` can give.
    fn completed(&mut self, record: &Record<'_>, taken: &mut Taken) -> Vec<u8> {
        let mut flags = record.flags;
        let pid = record.exec.pid;
        let extra = if record.param(Param::ExePath).is_some() {
            self.own_memory(pid, record.exec.start_ns, &mut flags, taken)
        } else {
            // A thread of the kernel's has no memory of its own.
            None
        };
        let mut writer = RecordWriter::new(record.kind)
            .flags(flags)
            .time_ns(record.time_ns)
            .exec(record.exec, record.tid)
            .cgroup_id(record.cgroup_id)
            .namespaces(record.mnt_ns, record.pid_ns);
        for (number, value) in record.params() {
            if let Some(param) = Param::from_number(number) {
                writer = writer.bytes(param, value);
            }
        }
        if let Some(extra) = extra {
            writer = extra.put(writer, &self.env_names);
        }
        self.put_cgroup(writer, pid).finish()
    }
}

fn merged(mut first: Taken, second: Taken) -> Taken {
    first.processes = second.processes;
    first.files = second.files;
    first.sockets = second.sockets;
    first.skipped.extend(second.skipped);
    first.skipped_count += second.skipped_count;
    first
}

/// Runs an iterator to its end, or until `each` has had enough.
fn run(
    object: &mut Ebpf,
    name: &str,
    what: &str,
    each: &mut dyn FnMut(&Record<'_>) -> bool,
) -> Result<(), IteratorError> {
    let program = object.program_mut(name).ok_or(IteratorError::Absent)?;
    let program: &mut Iter = <&mut Iter>::try_from(program as &mut Program)?;
    if program.fd().is_err() {
        // The sensor loaded it if that was possible: this asks for the reason.
        program.load(what, &Btf::from_sys_fs()?)?;
    }
    let link = program.attach()?;
    let mut file = program
        .take_link(link)?
        .into_file()?
        .take(ITERATOR_BYTES_MAX);
    let mut bytes = Vec::with_capacity(2 * RECORD_BYTES_MAX);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        let mut used = 0;
        // A record may end in the next read.
        while let Some(rest) = bytes.get(used..).filter(|rest| holds_record(rest)) {
            let record = Record::read(rest)?;
            used += record.bytes().len();
            if !each(&record) {
                return Ok(());
            }
        }
        bytes.drain(..used);
    }
}

/// Whether the bytes hold a whole record, or something that is none.
fn holds_record(bytes: &[u8]) -> bool {
    let Some(size) = bytes.first_chunk::<4>() else {
        return false;
    };
    let size = u32::from_le_bytes(*size) as usize;
    bytes.len() >= size.clamp(HEAD_BYTES, RECORD_BYTES_MAX)
}

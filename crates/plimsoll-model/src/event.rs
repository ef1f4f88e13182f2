//! What the kernel tells: kinds of events, their parameters, and the head of a record.
//!
//! One list each, with numbers that stay: recorded traces and kernel programs hold on to them. The
//! sensor's build writes a C header from these lists, so that both sides of the ring buffer cannot
//! drift apart. How a record is laid out is told in `plimsoll-behavior`, which reads it.

use std::fmt;

pub mod container;
mod kind;
mod param;

pub use kind::{Class, EventKind, KINDS};
pub use param::{PARAMS, Param, Type};

/// The event was taken at the call's entry: there is no result yet.
pub const FLAG_ENTER: u16 = 1 << 0;
/// A parameter was cut because a limit was reached.
pub const FLAG_CUT: u16 = 1 << 1;
/// Work that io_uring did for the process; there was no system call.
pub const FLAG_IO_URING: u16 = 1 << 2;
/// A path could not be resolved to its root (too deep, or detached).
pub const FLAG_PATH_PARTIAL: u16 = 1 << 3;
/// The path was moved, removed or replaced while it was read, or the caller's memory changed.
pub const FLAG_RACED: u16 = 1 << 4;
/// The caller runs in 32-bit mode.
pub const FLAG_COMPAT: u16 = 1 << 5;
/// Memory of the caller could not be read.
pub const FLAG_FAULT: u16 = 1 << 6;
/// Told by user space from `/proc`, not by the kernel's programs.
pub const FLAG_FROM_PROC: u16 = 1 << 7;
/// The process was killed by a kernel-side response to this very event.
pub const FLAG_ANSWERED: u16 = 1 << 8;
/// Paths were put together from the folder the call began at and the name as it was given: links and
/// `..` in the name are not followed. The call leaves no open file whose path could be asked for.
pub const FLAG_PATH_GIVEN: u16 = 1 << 9;

/// The file lies on an overlay.
pub const FILE_OVERLAY: u64 = 1 << 0;
/// The file is in the overlay's upper layer: it is not the image's.
pub const FILE_UPPER: u64 = 1 << 1;
/// The file lies in memory without a name (`memfd_create`).
pub const FILE_MEMFD: u64 = 1 << 2;
/// The file lies on a tmpfs.
pub const FILE_TMPFS: u64 = 1 << 3;
/// The file has no link any more.
pub const FILE_DELETED: u64 = 1 << 4;
/// The caller may write to the file.
pub const FILE_WRITABLE: u64 = 1 << 5;
/// The file has the set-user-id bit.
pub const FILE_SETUID: u64 = 1 << 6;
/// The file has the set-group-id bit.
pub const FILE_SETGID: u64 = 1 << 7;
/// The file lies on procfs, sysfs or another of the kernel's own filesystems.
pub const FILE_PSEUDO: u64 = 1 << 8;
/// The file lies on another filesystem than the process's root: a volume or host mount.
pub const FILE_MOUNTED: u64 = 1 << 9;
/// The call made the file.
pub const FILE_CREATED: u64 = 1 << 10;

/// A process across reuse of its pid: pid and start of its first thread, nanoseconds since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ExecId {
    pub pid: u32,
    pub start_ns: u64,
}

impl fmt::Display for ExecId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.pid, self.start_ns)
    }
}

/// A field of a record's head: its name in C, its offset and its size, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadField {
    pub name: &'static str,
    pub offset: usize,
    pub bytes: usize,
}

/// The head of a record, little-endian. Parameters follow, each as two bytes of number, two bytes
/// of length and the value; nothing is padded but the end of the record, to eight bytes.
pub const HEAD: &[HeadField] = &[
    head("size", 0, 4),       // of the whole record, in bytes, padding included
    head("kind", 4, 2),       // number of the EventKind
    head("flags", 6, 2),      // FLAG_…
    head("time_ns", 8, 8),    // since boot, suspended time included
    head("pid", 16, 4),       // process (thread group), in the host's pid namespace
    head("tid", 20, 4),       // thread, in the host's pid namespace
    head("start_ns", 24, 8),  // start of the process: with pid its exec id
    head("cgroup_id", 32, 8), // of version 2
    head("ret", 40, 8),       // what the call returned, or a negative errno
    head("mnt_ns", 48, 4),    // mount namespace
    head("pid_ns", 52, 4),    // pid namespace
    head("cpu", 56, 2),       // processor
    head("params", 58, 2),    // how many parameters follow
    head("sequence", 60, 4),  // per processor, one more with each event meant for the ring
];

/// Length of a record's head, in bytes.
pub const HEAD_BYTES: usize = 64;
/// Longest record, in bytes.
pub const RECORD_BYTES_MAX: usize = 64 << 10;
/// Version of this layout; another one means that a trace cannot be read.
pub const LAYOUT_VERSION: u16 = 1;

const fn head(name: &'static str, offset: usize, bytes: usize) -> HeadField {
    HeadField {
        name,
        offset,
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_told_apart_and_found_again() {
        for window in KINDS.windows(2) {
            assert!(window[0].number() < window[1].number());
        }
        for kind in KINDS {
            assert_eq!(EventKind::from_number(kind.number()), Some(*kind));
            assert_eq!(EventKind::from_name(kind.name()), Some(*kind));
        }
        for window in PARAMS.windows(2) {
            assert!(window[0].number() < window[1].number());
        }
        for param in PARAMS {
            assert_eq!(Param::from_number(param.number()), Some(*param));
        }
    }

    #[test]
    fn the_head_has_no_gap() {
        let mut next = 0;
        for field in HEAD {
            assert_eq!(field.offset, next, "{}", field.name);
            assert_eq!(field.offset % field.bytes, 0, "{}", field.name);
            next += field.bytes;
        }
        assert_eq!(next, HEAD_BYTES);
    }
}

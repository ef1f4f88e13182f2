//! Holds the process to its share of CPU and its memory by shedding events that are frequent and
//! say little each. What is shed is counted by kind and told like any other loss; what processes,
//! namespaces, mounts and the kernel itself are changed by is never shed.

use std::collections::BTreeMap;
use std::time::Duration;

use plimsoll_model::event::{Class, EventKind};

/// Past this share of the memory's limit events are shed, in percent.
const MEMORY_PERCENT: u64 = 95;
/// CPU that may be saved up for bursts, as time at the full share.
const BURST: Duration = Duration::from_secs(2);

/// Kinds that may be shed.
const SHED: &[EventKind] = &[
    EventKind::Open,
    EventKind::Openat,
    EventKind::Openat2,
    EventKind::Creat,
    EventKind::Close,
    EventKind::Dup,
    EventKind::Dup2,
    EventKind::Dup3,
    EventKind::Fcntl,
    EventKind::Socket,
    EventKind::Socketpair,
    EventKind::Connect,
    EventKind::Accept,
    EventKind::Accept4,
    EventKind::Sendto,
    EventKind::Sendmsg,
    EventKind::Sendmmsg,
    EventKind::Recvfrom,
    EventKind::Recvmsg,
    EventKind::Recvmmsg,
    EventKind::Shutdown,
    EventKind::Rename,
    EventKind::Renameat,
    EventKind::Renameat2,
    EventKind::Unlink,
    EventKind::Unlinkat,
    EventKind::Mkdir,
    EventKind::Mkdirat,
    EventKind::Rmdir,
    EventKind::Chmod,
    EventKind::Fchmod,
    EventKind::Fchmodat,
    EventKind::Truncate,
    EventKind::Ftruncate,
    EventKind::Utimensat,
    EventKind::Kill,
    EventKind::Tkill,
    EventKind::Tgkill,
    EventKind::Pipe,
    EventKind::Pipe2,
    EventKind::Eventfd2,
    EventKind::Signalfd4,
    EventKind::InotifyInit1,
    EventKind::EpollCreate1,
    EventKind::TimerfdCreate,
    EventKind::Splice,
    EventKind::Sendfile,
    EventKind::CopyFileRange,
    EventKind::Mprotect,
    EventKind::Prctl,
];

/// How much of the machine the process may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Share of one processor, 0 to 1 and more; `None` for all there is.
    pub cpu: Option<f64>,
    /// Resident memory, bytes; 0 for no limit.
    pub memory_bytes: u64,
}

/// Whether to shed, and what was shed.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    saved: Duration,
    last_wall: Duration,
    last_cpu: Duration,
    over_memory: bool,
    shedding: bool,
    shed: BTreeMap<EventKind, u64>,
}

impl Budget {
    /// Begins with some CPU saved up: loading takes more than watching.
    pub fn new(limits: Limits, wall: Duration, cpu: Duration) -> Self {
        Self {
            limits,
            saved: BURST,
            last_wall: wall,
            last_cpu: cpu,
            over_memory: false,
            shedding: false,
            shed: BTreeMap::new(),
        }
    }

    /// Other limits from now on.
    pub const fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Looks at what was used since the last time.
    pub fn measure(&mut self, wall: Duration, cpu: Duration) {
        let passed = wall.saturating_sub(self.last_wall);
        let used = cpu.saturating_sub(self.last_cpu);
        (self.last_wall, self.last_cpu) = (wall, cpu);
        let Some(share) = self.limits.cpu else {
            self.shedding = self.over_memory;
            return;
        };
        let most = BURST.mul_f64(share);
        self.saved = (self.saved + passed.mul_f64(share))
            .saturating_sub(used)
            .min(most);
        // Half the savings before it ends: not to and fro with each look.
        let is_short = if self.shedding {
            self.saved < most / 2
        } else {
            self.saved.is_zero()
        };
        self.shedding = is_short || self.over_memory;
    }

    /// Looks at the memory.
    pub fn weigh(&mut self, resident_bytes: u64) {
        let limit = self.limits.memory_bytes;
        self.over_memory = limit > 0 && resident_bytes / 100 * 100 > limit / 100 * MEMORY_PERCENT;
        self.shedding |= self.over_memory;
    }

    pub const fn is_shedding(&self) -> bool {
        self.shedding
    }

    pub const fn is_over_memory(&self) -> bool {
        self.over_memory
    }

    /// Whether this record is shed; counts it then. Only the kind in its head is looked at.
    pub fn sheds(&mut self, record: &[u8]) -> bool {
        if !self.shedding {
            return false;
        }
        let Some(kind) = kind_of(record) else {
            return false;
        };
        if kind.class() != Class::Syscall || !SHED.contains(&kind) {
            return false;
        }
        *self.shed.entry(kind).or_default() += 1;
        true
    }

    /// What was shed since the last time.
    pub fn take_shed(&mut self) -> BTreeMap<EventKind, u64> {
        std::mem::take(&mut self.shed)
    }
}

/// The kind in a record's head.
pub fn kind_of(record: &[u8]) -> Option<EventKind> {
    let number = record.get(4..6)?.try_into().ok()?;
    EventKind::from_number(u16::from_le_bytes(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_behavior::RecordWriter;

    fn budget(cpu: Option<f64>) -> Budget {
        let limits = Limits {
            cpu,
            memory_bytes: 100 << 20,
        };
        Budget::new(limits, Duration::ZERO, Duration::ZERO)
    }

    #[test]
    fn past_its_share_it_sheds_until_it_has_saved_again() {
        let mut budget = budget(Some(0.5));
        let open = RecordWriter::new(EventKind::Openat).finish();
        let exec = RecordWriter::new(EventKind::Execve).finish();
        let at = Duration::from_secs;
        budget.measure(at(1), at(1));
        assert!(!budget.is_shedding());
        budget.measure(at(3), at(3));
        assert!(budget.is_shedding());
        assert!(budget.sheds(&open) && !budget.sheds(&exec));
        // Half a second saved: enough for half of the burst.
        budget.measure(at(4), at(3));
        assert!(!budget.is_shedding());
        assert!(!budget.sheds(&open));
        let shed: Vec<_> = budget.take_shed().into_iter().collect();
        assert_eq!(shed, [(EventKind::Openat, 1)]);
    }

    #[test]
    fn memory_counts_too_and_without_limits_nothing_is_shed() {
        let mut budget = budget(None);
        budget.measure(Duration::from_secs(1), Duration::from_secs(9));
        assert!(!budget.is_shedding());
        budget.weigh(99 << 20);
        assert!(budget.is_shedding());
        budget.weigh(10 << 20);
        budget.measure(Duration::from_secs(2), Duration::from_secs(9));
        assert!(!budget.is_shedding());
    }
}

//! What the kernel programs drop by themselves, before an event costs anything more.
//!
//! Set when the programs are loaded and changed while they run. What is dropped here by repetition is
//! counted; what is not wanted at all is not.

use std::collections::BTreeSet;
use std::time::Duration;

use plimsoll_model::event::{Class, EventKind, KINDS};

use crate::shared;

/// Which cgroups are watched, by their ids of version 2.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cgroups {
    #[default]
    All,
    Only(BTreeSet<u64>),
    Except(BTreeSet<u64>),
}

/// Which kinds of opens are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Opens {
    /// None of them.
    None = 0,
    /// All of them.
    #[default]
    All = 1,
    /// Those that were not said to be of no concern: see [`Sensor::leave_out`](crate::Sensor::leave_out).
    Asked = 2,
}

/// Opens by what they may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenFilter {
    /// Opens that only read.
    pub read: Opens,
    /// Opens that may write, create or truncate.
    pub write: Opens,
    /// Opens that failed.
    pub failed: Opens,
}

/// What opens that are alike are known again by, and for how long: the kernel's alone to understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OpenKey(pub(crate) [u64; 3]);

impl OpenKey {
    /// As a record tells it; none when it is not one.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks() else {
            return None;
        };
        let words: &[[u8; 8]; 3] = words.try_into().ok()?;
        Some(Self(words.map(u64::from_ne_bytes)))
    }
}

/// Everything that is decided in the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Kinds that are wanted; programs that tell no other are not attached.
    pub kinds: BTreeSet<EventKind>,
    /// Whether processes in the host's own mount namespace are watched.
    pub host: bool,
    pub cgroups: Cgroups,
    pub opens: OpenFilter,
    /// The same process opening the same file in the same way within this time is counted, not told.
    pub repeat: Duration,
    /// Whether every message that is sent or received is told. Without it: DNS, and of sockets
    /// without a connection the first to and from each other end.
    pub messages: bool,
}

impl Default for Filter {
    /// Everything that the kernel can tell, from everybody.
    fn default() -> Self {
        let kinds = KINDS
            .iter()
            .copied()
            .filter(|kind| kind.class() != Class::Meta)
            .collect();
        Self {
            kinds,
            host: true,
            cgroups: Cgroups::All,
            opens: OpenFilter::default(),
            repeat: Duration::ZERO,
            messages: false,
        }
    }
}

/// Kinds by which is known who a process is, whatever rules ask for: how it was made and ends, what it
/// may, where it stands, and which container it belongs to.
pub const IDENTITY_KINDS: &[EventKind] = &[
    EventKind::Execve,
    EventKind::Execveat,
    EventKind::Clone,
    EventKind::Clone3,
    EventKind::Fork,
    EventKind::Vfork,
    EventKind::Procexit,
    EventKind::OomKill,
    EventKind::Setuid,
    EventKind::Setgid,
    EventKind::Setreuid,
    EventKind::Setregid,
    EventKind::Setresuid,
    EventKind::Setresgid,
    EventKind::Setfsuid,
    EventKind::Setfsgid,
    EventKind::Setgroups,
    EventKind::Capset,
    EventKind::Setsid,
    EventKind::Setpgid,
    EventKind::Chdir,
    EventKind::Fchdir,
    EventKind::Chroot,
    EventKind::PivotRoot,
    EventKind::Setns,
    EventKind::Unshare,
    EventKind::Prctl,
    EventKind::CgroupMkdir,
    EventKind::CgroupRmdir,
    EventKind::CgroupAttach,
    EventKind::Task,
    EventKind::File,
    EventKind::Sock,
];

/// Calls that make descriptors which later calls may be judged by.
/// Closing is left out: it comes with each open and tells nothing, since the kernel says with every
/// event what its descriptor stands for at that moment.
const DESCRIPTOR_KINDS: &[EventKind] = &[
    EventKind::Socket,
    EventKind::Socketpair,
    EventKind::Pipe,
    EventKind::Pipe2,
    EventKind::Bind,
    EventKind::Connect,
    EventKind::Listen,
    EventKind::Accept,
    EventKind::Accept4,
    EventKind::Dup,
    EventKind::Dup2,
    EventKind::Dup3,
    EventKind::Fcntl,
    EventKind::MemfdCreate,
];

/// The entry of the map `configs`.
pub(crate) type Words = [u64; shared::CONFIG_WORDS];

impl Filter {
    /// What rules about these kinds need, and no more: the kinds themselves, who the processes are,
    /// and what made their descriptors. Opens are told as far as rules ask for opens.
    pub fn for_rules(kinds: impl IntoIterator<Item = EventKind>) -> Self {
        let mut kinds: BTreeSet<EventKind> = kinds.into_iter().collect();
        kinds.extend(IDENTITY_KINDS);
        kinds.extend(DESCRIPTOR_KINDS);
        Self {
            kinds,
            ..Self::default()
        }
    }

    /// Writes what it says into the words of the configuration.
    pub(crate) fn write(&self, words: &mut Words) {
        for number in 0..shared::KIND_COUNT / 64 {
            set(words, "kinds", number, 0);
        }
        for kind in &self.kinds {
            let number = usize::from(kind.number());
            let word = get(words, "kinds", number / 64) | 1 << (number % 64);
            set(words, "kinds", number / 64, word);
        }
        set(words, "host", 0, u64::from(self.host));
        let mode = match self.cgroups {
            Cgroups::All => 0,
            Cgroups::Only(_) => 1,
            Cgroups::Except(_) => 2,
        };
        set(words, "cgroup_mode", 0, mode);
        set(words, "repeat_ns", 0, self.repeat.as_nanos() as u64);
        set(words, "open_read", 0, self.opens.read as u64);
        set(words, "open_write", 0, self.opens.write as u64);
        set(words, "open_failed", 0, self.opens.failed as u64);
        set(words, "messages", 0, u64::from(self.messages));
        // What was said to be of no concern was judged by the filter before.
        let epoch = get(words, "epoch", 0);
        set(words, "epoch", 0, epoch + 1);
    }

    /// The cgroups that the map holds.
    pub(crate) fn cgroup_ids(&self) -> BTreeSet<u64> {
        match &self.cgroups {
            Cgroups::All => BTreeSet::new(),
            Cgroups::Only(ids) | Cgroups::Except(ids) => ids.clone(),
        }
    }
}

/// Sets a word of a field of the configuration.
pub(crate) fn set(words: &mut Words, field: &str, index: usize, value: u64) {
    if let Some(word) = place(field).and_then(|at| words.get_mut(at + index)) {
        *word = value;
    }
}

fn get(words: &Words, field: &str, index: usize) -> u64 {
    place(field)
        .and_then(|at| words.get(at + index))
        .copied()
        .unwrap_or_default()
}

/// Index of a field's first word.
fn place(field: &str) -> Option<usize> {
    let index = shared::CONFIG.iter().position(|(name, _)| *name == field)?;
    Some(
        shared::CONFIG
            .iter()
            .take(index)
            .map(|(_, words)| words)
            .sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_need_their_kinds_and_who_processes_are() {
        let filter = Filter::for_rules([EventKind::Openat]);
        assert!(filter.kinds.contains(&EventKind::Openat));
        assert!(filter.kinds.contains(&EventKind::Execve));
        assert!(!filter.kinds.contains(&EventKind::Close));
        assert!(!filter.kinds.contains(&EventKind::Recvmsg));
    }

    #[test]
    fn fields_lie_where_the_programs_look_for_them() {
        let mut words = [0; shared::CONFIG_WORDS];
        let filter = Filter {
            kinds: BTreeSet::from([EventKind::Openat, EventKind::Procexit]),
            host: false,
            ..Filter::default()
        };
        filter.write(&mut words);
        assert_eq!(words[0], 1 << EventKind::Openat.number());
        assert_eq!(words[400 / 64], 1 << (400 % 64));
        set(&mut words, "own_pid", 0, 7);
        assert_eq!(words[shared::KIND_COUNT / 64], 7);
        assert_eq!(get(&words, "epoch", 0), 1);
    }
}

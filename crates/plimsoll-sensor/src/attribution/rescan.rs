//! The tree of cgroups is read again when events about it were lost.
//!
//! What is lost is found out in two ways: the kernel's programs count it, and an event comes from a
//! cgroup that nobody told of. Who made a cgroup that was found so is not known: it is believed as
//! little as one that was there at the start. How often the tree is read is bounded, whatever
//! containers do.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::trust::Maker;
use super::{Attribution, record, scan};

/// Shortest pause between two readings.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest pause: one that finds nothing new doubles it.
const PAUSE_MAX: Duration = Duration::from_mins(1);
/// A reading is paid for by a pause of so many times its length.
const PAUSE_TIMES: u32 = 50;

/// When to read again.
#[derive(Debug, Default)]
pub(super) struct Rescan {
    /// Something was missed since the last reading.
    is_due: bool,
    next_ns: u64,
    pause: Duration,
    /// How often it was done.
    pub(super) count: u64,
}

impl Attribution {
    /// Says that events about cgroups were lost: the tree is read again by one of the next
    /// [`poll`](Attribution::poll)s.
    pub const fn missed(&mut self) {
        self.rescan.is_due = true;
    }

    /// Reads the tree again when that is due.
    pub(super) fn rescan(&mut self, now_ns: u64, out: &mut Vec<Vec<u8>>) {
        if !self.rescan.is_due || now_ns < self.rescan.next_ns {
            return;
        }
        let Some(mount) = self.mount.clone() else {
            return;
        };
        self.rescan.is_due = false;
        self.rescan.count += 1;
        let begun = Instant::now();
        let is_news = self.compare(&mount, now_ns, out);
        let pause = &mut self.rescan.pause;
        *pause = if is_news { PAUSE_MIN } else { *pause * 2 };
        *pause = (*pause).clamp(PAUSE_MIN, PAUSE_MAX);
        let pause = (*pause).max(begun.elapsed() * PAUSE_TIMES);
        self.rescan.next_ns = now_ns.saturating_add(pause.as_nanos() as u64);
    }

    /// Brings the table up to the tree; whether anything was new.
    fn compare(&mut self, mount: &Path, now_ns: u64, out: &mut Vec<Vec<u8>>) -> bool {
        let tree = scan::tree(mount);
        let cgroups = tree.cgroups.iter();
        let there: HashMap<u64, &[u8]> = cgroups.map(|one| (one.id, &*one.path)).collect();
        let mut is_news = false;
        for (id, path) in self.table.others(&there) {
            if is_there(mount, &path, id) {
                continue;
            }
            is_news = true;
            out.push(record::cgroup_gone(id, &path, now_ns));
            let effect = self.table.removed(id, now_ns);
            self.follow(effect, now_ns, None, out);
        }
        let overflow = self.table.overflow();
        for cgroup in &tree.cgroups {
            if self.table.holds(cgroup.id, &cgroup.path) {
                continue;
            }
            let effects = self
                .table
                .made(cgroup.id, &cgroup.path, Maker::Unknown, now_ns);
            if self.table.holds(cgroup.id, &cgroup.path) {
                is_news = true;
                out.push(record::cgroup(cgroup.id, &cgroup.path, now_ns));
            }
            self.follow(effects, now_ns, None, out);
        }
        self.table
            .is_whole(tree.left_out == 0 && self.table.overflow() == overflow);
        is_news
    }
}

/// Whether a cgroup that was not found is there after all: a folder above it could not be read.
fn is_there(mount: &Path, path: &[u8], id: u64) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    let below = path.strip_prefix(b"/").unwrap_or(path);
    let place = mount.join(std::ffi::OsStr::from_bytes(below));
    std::fs::symlink_metadata(place).is_ok_and(|found| found.ino() == id)
}

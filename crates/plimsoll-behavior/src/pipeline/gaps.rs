//! Gaps in the count that each processor keeps of its events: what was lost without being told.

use std::collections::BTreeMap;

use plimsoll_model::event::{Class, FLAG_FROM_PROC};

use crate::wire::Record;

/// Processors that are watched.
const PROCESSORS_MAX: usize = 8192;
/// A number this far behind came late; one further behind began a new count.
const LATE_MAX: u32 = 4096;
/// The sensor has this long to say itself what was lost, nanoseconds.
const GRACE_NS: u64 = 10_000_000_000;

/// Gaps that nobody has explained yet.
#[derive(Debug, Clone, Default)]
pub struct Gaps {
    /// The number that each processor's next event should have.
    next: BTreeMap<u16, u32>,
    missing: u64,
    /// Losses that were told and whose gap was not seen yet.
    told: u64,
    since_ns: Option<u64>,
}

impl Gaps {
    /// Looks at the number of an event.
    pub fn see(&mut self, record: &Record<'_>) {
        let from_ring = !matches!(record.kind.class(), Class::Meta | Class::Snapshot);
        if !from_ring || record.has(FLAG_FROM_PROC) {
            return;
        }
        let next = record.sequence.wrapping_add(1);
        let Some(expected) = self.next.get_mut(&record.cpu) else {
            if self.next.len() < PROCESSORS_MAX {
                self.next.insert(record.cpu, next);
            }
            return;
        };
        let ahead = record.sequence.wrapping_sub(*expected);
        if ahead == 0 {
            *expected = next;
        } else if ahead < u32::MAX / 2 {
            *expected = next;
            let explained = self.told.min(u64::from(ahead));
            self.told -= explained;
            self.miss(u64::from(ahead) - explained, record.time_ns);
        } else if ahead.wrapping_neg() <= LATE_MAX {
            self.missing = self.missing.saturating_sub(1);
        } else {
            *expected = next;
        }
    }

    /// The sensor said that so many were lost.
    pub fn explained(&mut self, count: u64) {
        let explained = self.missing.min(count);
        self.missing -= explained;
        self.told = self.told.saturating_add(count - explained);
        if self.missing == 0 {
            self.since_ns = None;
        }
    }

    /// Gaps that nobody explained in time.
    pub fn due(&mut self, time_ns: u64) -> Option<u64> {
        let since = self.since_ns?;
        if time_ns < since.saturating_add(GRACE_NS) {
            return None;
        }
        self.rest()
    }

    /// Gaps that nobody explained.
    pub fn rest(&mut self) -> Option<u64> {
        self.since_ns = None;
        let missing = std::mem::take(&mut self.missing);
        (missing > 0).then_some(missing)
    }

    fn miss(&mut self, count: u64, time_ns: u64) {
        if count > 0 {
            self.missing = self.missing.saturating_add(count);
            self.since_ns.get_or_insert(time_ns);
        }
    }
}

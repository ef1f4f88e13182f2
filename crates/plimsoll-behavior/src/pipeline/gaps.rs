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
    /// Missing since this window of time began.
    fresh: u64,
    /// Missing for a window or longer: the next told loss explains them, or nothing does.
    waiting: u64,
    /// Losses that were told and whose gap was not seen yet.
    told: u64,
    /// When the window began.
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
            let from_fresh = self.fresh.min(1);
            self.fresh -= from_fresh;
            self.waiting = self.waiting.saturating_sub(1 - from_fresh);
        } else {
            *expected = next;
        }
    }

    /// The sensor said that so many were lost: the oldest gaps first.
    pub fn explained(&mut self, count: u64) {
        let old = self.waiting.min(count);
        self.waiting -= old;
        let young = self.fresh.min(count - old);
        self.fresh -= young;
        self.told = self.told.saturating_add(count - old - young);
        if self.waiting == 0 && self.fresh == 0 {
            self.since_ns = None;
        }
    }

    /// Gaps that nobody explained in time: each has between one and two windows for it.
    pub fn due(&mut self, time_ns: u64) -> Option<u64> {
        let since = self.since_ns?;
        if time_ns < since.saturating_add(GRACE_NS) {
            return None;
        }
        let due = std::mem::replace(&mut self.waiting, std::mem::take(&mut self.fresh));
        self.since_ns = (self.waiting > 0).then_some(time_ns);
        (due > 0).then_some(due)
    }

    /// Gaps that nobody explained.
    pub fn rest(&mut self) -> Option<u64> {
        self.since_ns = None;
        let missing = std::mem::take(&mut self.waiting) + std::mem::take(&mut self.fresh);
        (missing > 0).then_some(missing)
    }

    fn miss(&mut self, count: u64, time_ns: u64) {
        if count > 0 {
            self.fresh = self.fresh.saturating_add(count);
            self.since_ns.get_or_insert(time_ns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn steady_losses_that_are_told_each_second_leave_nothing_unexplained() {
        let mut gaps = Gaps::default();
        for second in 0..120 {
            let now = second * SECOND;
            // What goes missing after the second's account is in the next one.
            gaps.miss(70, now);
            gaps.explained(if second == 0 { 50 } else { 70 });
            assert_eq!(gaps.due(now), None, "second {second}");
        }
        gaps.explained(20);
        assert_eq!(gaps.rest(), None);
    }

    #[test]
    fn what_is_never_told_is_due_between_one_and_two_windows_later() {
        let mut gaps = Gaps::default();
        gaps.miss(9, SECOND);
        assert_eq!(gaps.due(SECOND + GRACE_NS), None);
        assert_eq!(gaps.due(SECOND + 2 * GRACE_NS), Some(9));
        assert_eq!(gaps.rest(), None);
    }

    #[test]
    fn the_oldest_are_explained_first() {
        let mut gaps = Gaps::default();
        gaps.miss(5, 0);
        assert_eq!(gaps.due(GRACE_NS), None);
        gaps.miss(7, GRACE_NS + 1);
        gaps.explained(5);
        assert_eq!(gaps.due(2 * GRACE_NS), None);
        assert_eq!(gaps.rest(), Some(7));
    }
}

//! The same alert again is one alert with a count.
//!
//! The first is told at once. Repetitions are counted, and told in one update when some time has
//! passed: after a minute, then after four times as long, and so on, so that what goes on for a day
//! takes a handful of lines. When it was not seen for the length of the window, what was not told
//! yet is told, and the next one is a new alert. All times are those of the events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plimsoll_model::Timestamp;

use super::Alert;

/// How much longer each time until the next update.
const WIDENING: i128 = 4;
/// Longest time between two updates, nanoseconds.
const INTERVAL_NS_MAX: i128 = 3_600_000_000_000;

/// When repetitions are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatOptions {
    /// How long after its last sight an alert is still the same one, seconds; 0 tells each by itself.
    pub window_s: u32,
    /// Until the first update, seconds.
    pub update_s: u32,
    /// Most alerts that are remembered; past it the one with the earliest deadline is let go.
    pub remembered_max: usize,
}

impl Default for RepeatOptions {
    fn default() -> Self {
        Self {
            window_s: 600,
            update_s: 60,
            remembered_max: 4096,
        }
    }
}

/// One alert that may come again.
#[derive(Debug, Clone)]
struct Entry {
    /// The last of them, with count and times of all.
    alert: Alert,
    /// How many of the count have been told.
    told: u64,
    interval_ns: i128,
    next_update_ns: i128,
}

impl Entry {
    /// The alert with what is not told yet, if there is such.
    fn update(&mut self) -> Option<Alert> {
        (self.alert.count > self.told).then(|| {
            self.told = self.alert.count;
            self.alert.clone()
        })
    }
}

/// Alerts that may come again, by identity.
#[derive(Debug, Clone)]
pub(super) struct Repeats {
    options: RepeatOptions,
    entries: BTreeMap<Arc<str>, Entry>,
    /// When to look whether an alert has ended; not later than it does.
    deadlines: BTreeSet<(i128, Arc<str>)>,
}

impl Repeats {
    pub(super) const fn new(options: RepeatOptions) -> Self {
        Self {
            options,
            entries: BTreeMap::new(),
            deadlines: BTreeSet::new(),
        }
    }

    /// Another window, for what is remembered as well.
    pub(super) fn set_options(&mut self, options: RepeatOptions) {
        self.options = options;
        let window_ns = self.window_ns();
        let ends = |(key, entry): (&Arc<str>, &Entry)| {
            let last_ns = entry.alert.last_seen.as_nanosecond();
            (last_ns + window_ns, Arc::clone(key))
        };
        self.deadlines = self.entries.iter().map(ends).collect();
    }

    pub(super) fn remembered(&self) -> usize {
        self.entries.len()
    }

    /// When something may have to be told without a further alert, nanoseconds.
    pub(super) fn next_deadline_ns(&self) -> i128 {
        self.deadlines.first().map_or(i128::MAX, |(at, _)| *at)
    }

    /// Counts a repetition; hands the alert back when it is a new one.
    pub(super) fn count(&mut self, key: &str, alert: Alert, out: &mut Vec<Alert>) -> Option<Alert> {
        let Some(entry) = self.entries.get_mut(key) else {
            return Some(alert);
        };
        let count = entry.alert.count.saturating_add(1);
        let first_seen = entry.alert.first_seen;
        // Processors tell their events not quite in order.
        let last_seen = entry.alert.last_seen.max(alert.time);
        entry.alert = Alert {
            count,
            first_seen,
            last_seen,
            ..alert
        };
        let now_ns = last_seen.as_nanosecond();
        if now_ns >= entry.next_update_ns {
            entry.interval_ns = (entry.interval_ns * WIDENING).min(INTERVAL_NS_MAX);
            entry.next_update_ns = now_ns + entry.interval_ns;
            out.extend(entry.update());
        }
        None
    }

    /// Remembers an alert that was told for the first time.
    pub(super) fn remember(&mut self, key: String, alert: &Alert, out: &mut Vec<Alert>) {
        if self.options.window_s == 0 {
            return;
        }
        while self.entries.len() >= self.options.remembered_max.max(1) {
            let Some((_, key)) = self.deadlines.pop_first() else {
                break;
            };
            out.extend(self.entries.remove(&key).and_then(|mut e| e.update()));
        }
        let key: Arc<str> = key.into();
        let now_ns = alert.last_seen.as_nanosecond();
        let interval_ns = seconds(self.options.update_s);
        self.deadlines
            .insert((now_ns + self.window_ns(), Arc::clone(&key)));
        let entry = Entry {
            alert: alert.clone(),
            told: alert.count,
            interval_ns,
            next_update_ns: now_ns + interval_ns,
        };
        self.entries.insert(key, entry);
    }

    /// Lets go of what has ended by now.
    pub(super) fn advance(&mut self, now: Timestamp, out: &mut Vec<Alert>) {
        let now_ns = now.as_nanosecond();
        while self.next_deadline_ns() <= now_ns {
            let Some((_, key)) = self.deadlines.pop_first() else {
                return;
            };
            let window_ns = self.window_ns();
            let Some(entry) = self.entries.get_mut(&key) else {
                continue;
            };
            let ends_ns = entry.alert.last_seen.as_nanosecond() + window_ns;
            if ends_ns > now_ns {
                self.deadlines.insert((ends_ns, key));
            } else {
                out.extend(entry.update());
                self.entries.remove(&key);
            }
        }
    }

    /// Tells all that is not told yet, and forgets everything.
    pub(super) fn finish(&mut self, out: &mut Vec<Alert>) {
        let entries = std::mem::take(&mut self.entries);
        let mut last: Vec<Alert> = entries
            .into_values()
            .filter_map(|mut entry| entry.update())
            .collect();
        // Those of the same time stay in the order of their identity.
        last.sort_by_key(|alert| alert.last_seen);
        out.extend(last);
        self.deadlines.clear();
    }

    fn window_ns(&self) -> i128 {
        seconds(self.options.window_s)
    }
}

fn seconds(count: u32) -> i128 {
    i128::from(count) * 1_000_000_000
}

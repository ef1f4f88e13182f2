//! What stands between rules that fire and alerts that go out.
//!
//! The same alert again is counted; floods are held back and counted; both, and events that were
//! lost, are told. Everything follows the times of the events, so that a replayed trace gives the
//! same alerts. Call [`Gate::advance`] with the time of each event: it is one comparison.

use std::collections::BTreeMap;

use plimsoll_model::Timestamp;

use super::limits::{Limit, Limits};
use super::repeats::Repeats;
use super::{Alert, Notice, Rate, RepeatOptions, identity};

/// How long counts are gathered until they are told, nanoseconds.
const NOTICE_NS: i128 = 60_000_000_000;
/// Most rules and limits, or kinds and reasons, that are counted apart.
const COUNTED_MAX: usize = 4096;

/// What a gate lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateOptions {
    pub repeats: RepeatOptions,
    pub per_rule: Rate,
    pub per_container: Rate,
    pub total: Rate,
}

impl Default for GateOptions {
    fn default() -> Self {
        let rate = |burst, per_minute| Rate { burst, per_minute };
        Self {
            repeats: RepeatOptions::default(),
            per_rule: rate(100, 60),
            per_container: rate(200, 120),
            total: rate(1000, 600),
        }
    }
}

/// Counts since the gate was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Alerts that went out, updates and notices included.
    pub told: u64,
    /// Repetitions that were counted instead of told by themselves.
    pub repeated: u64,
    /// Alerts that a limit held back, by rule and limit.
    pub held_back: BTreeMap<(String, Limit), u64>,
    /// Events that were lost, by kind and reason.
    pub lost: BTreeMap<(String, String), u64>,
}

impl Held {
    /// All that limits held back.
    pub fn held_back_total(&self) -> u64 {
        self.held_back.values().sum()
    }

    /// All events that were lost.
    pub fn lost_total(&self) -> u64 {
        self.lost.values().sum()
    }
}

/// Makes one alert of many alike and holds back floods.
#[derive(Debug, Clone)]
pub struct Gate {
    repeats: Repeats,
    limits: Limits,
    counts: Held,
    /// What was held back and lost since the last notice.
    pending: Held,
    since: Option<Timestamp>,
    now: Timestamp,
    /// When `advance` has something to do, nanoseconds.
    due_ns: i128,
    hostname: String,
}

impl Gate {
    pub fn new(options: GateOptions) -> Self {
        Self {
            repeats: Repeats::new(options.repeats),
            limits: Limits::new(options.per_rule, options.per_container, options.total),
            counts: Held::default(),
            pending: Held::default(),
            since: None,
            now: Timestamp::MIN,
            due_ns: i128::MAX,
            hostname: String::new(),
        }
    }

    /// Lets through by other numbers from now on. Alerts that are remembered stay remembered, and
    /// what was used of a limit stays used.
    pub fn set_options(&mut self, options: GateOptions) {
        self.repeats.set_options(options.repeats);
        self.limits
            .set_rates(options.per_rule, options.per_container, options.total);
        self.plan();
    }

    /// The node's name, for notices.
    pub fn set_hostname(&mut self, hostname: &str) {
        hostname.clone_into(&mut self.hostname);
    }

    /// A rule has fired; what goes out because of it is added.
    pub fn offer(&mut self, alert: Alert, out: &mut Vec<Alert>) {
        let from = out.len();
        self.advance(alert.time, out);
        let key = identity(&alert);
        let before = out.len();
        if let Some(alert) = self.repeats.count(&key, alert, out) {
            let container = alert.container.as_ref();
            let container = container.map_or("", |container| container.id.as_str());
            let now_ns = self.now.as_nanosecond();
            match self.limits.take(&alert.rule, container, now_ns) {
                Ok(()) => {
                    self.repeats.remember(key, &alert, out);
                    out.push(alert);
                }
                Err(limit) => {
                    let key = (alert.rule, limit);
                    add(&mut self.counts.held_back, key.clone(), 1);
                    add(&mut self.pending.held_back, key, 1);
                    self.since.get_or_insert(self.now);
                }
            }
        } else if out.len() == before {
            self.counts.repeated += 1;
        }
        self.counts.told += (out.len() - from) as u64;
        self.plan();
    }

    /// Events were lost; told with the next notice.
    pub fn lost(&mut self, time: Timestamp, kind: &str, reason: &str, count: u64) {
        if count == 0 {
            return;
        }
        let key = (kind.to_owned(), reason.to_owned());
        add(&mut self.counts.lost, key.clone(), count);
        add(&mut self.pending.lost, key, count);
        self.now = self.now.max(time);
        self.since.get_or_insert(self.now);
        self.plan();
    }

    /// The time of an event; what was waiting for it is added.
    pub fn advance(&mut self, time: Timestamp, out: &mut Vec<Alert>) {
        if time <= self.now {
            return;
        }
        self.now = time;
        if time.as_nanosecond() < self.due_ns {
            return;
        }
        let from = out.len();
        self.repeats.advance(time, out);
        if self.notice_due_ns() <= time.as_nanosecond() {
            self.tell(out);
        }
        self.counts.told += (out.len() - from) as u64;
        self.plan();
    }

    /// There will be no more events: tells what was counted and not told yet.
    pub fn finish(&mut self, out: &mut Vec<Alert>) {
        let from = out.len();
        self.repeats.finish(out);
        self.tell(out);
        self.counts.told += (out.len() - from) as u64;
        self.plan();
    }

    /// What was held back and lost since the gate was made.
    pub const fn counts(&self) -> &Held {
        &self.counts
    }

    /// How many alerts are remembered, as they may come again.
    pub fn remembered(&self) -> usize {
        self.repeats.remembered()
    }

    fn notice_due_ns(&self) -> i128 {
        self.since
            .map_or(i128::MAX, |since| since.as_nanosecond() + NOTICE_NS)
    }

    fn plan(&mut self) {
        self.due_ns = self.notice_due_ns().min(self.repeats.next_deadline_ns());
    }

    fn tell(&mut self, out: &mut Vec<Alert>) {
        let Some(since) = self.since.take() else {
            return;
        };
        let pending = std::mem::take(&mut self.pending);
        if !pending.held_back.is_empty() {
            let by = pending.held_back.into_iter();
            let by = most_first(by.map(|((rule, limit), count)| (rule, limit.as_str(), count)));
            let notice = Notice::HeldBack { since, by };
            out.push(notice.alert(self.now, &self.hostname));
        }
        if !pending.lost.is_empty() {
            let by = pending.lost.into_iter();
            let by = most_first(by.map(|((kind, reason), count)| (kind, reason, count)));
            let notice = Notice::Lost { since, by };
            out.push(notice.alert(self.now, &self.hostname));
        }
    }
}

fn most_first<A: Ord, B: Ord>(all: impl Iterator<Item = (A, B, u64)>) -> Vec<(A, B, u64)> {
    let mut all: Vec<_> = all.collect();
    // Stable: those of the same count stay in the order of their names.
    all.sort_by_key(|entry| std::cmp::Reverse(entry.2));
    all
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, count: u64) {
    if let Some(held) = counts.get_mut(&key) {
        *held = held.saturating_add(count);
    } else if counts.len() < COUNTED_MAX {
        counts.insert(key, count);
    }
}

//! Rates of alerts: how many may go out, by the time of the events.
//!
//! A token bucket in the form of one number (the generic cell rate algorithm): the time at which the
//! bucket would be full again. So that it decides the same when a trace is replayed, it knows only
//! the times that it is told.

use std::collections::BTreeMap;

/// Most containers whose rate is remembered; a full bucket is the same as none and is forgotten.
const BUCKETS_MAX: usize = 4096;

/// How many alerts may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// At once; 0 means that there is no limit.
    pub burst: u32,
    /// Over time, once the burst is used up.
    pub per_minute: u32,
}

impl Rate {
    /// No limit.
    pub const NONE: Self = Self {
        burst: 0,
        per_minute: 0,
    };

    /// Nanoseconds until one more is allowed.
    fn interval_ns(self) -> i128 {
        60_000_000_000 / i128::from(self.per_minute.max(1))
    }
}

/// One bucket: when it is full again, nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    full_ns: i128,
}

impl Bucket {
    fn allows(self, rate: Rate, now_ns: i128) -> bool {
        if rate.burst == 0 {
            return true;
        }
        let room = rate.interval_ns() * i128::from(rate.burst - 1);
        self.full_ns.max(now_ns) - now_ns <= room
    }

    fn take(&mut self, rate: Rate, now_ns: i128) {
        self.full_ns = self.full_ns.max(now_ns) + rate.interval_ns();
    }
}

/// Which limit held an alert back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    Rule,
    Container,
    Total,
}

impl Limit {
    /// All limits.
    pub const ALL: [Self; 3] = [Self::Rule, Self::Container, Self::Total];

    /// The word for it, as metrics have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Container => "container",
            Self::Total => "total",
        }
    }
}

/// The three limits with their buckets.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    per_rule: Rate,
    per_container: Rate,
    total: Rate,
    rules: BTreeMap<String, Bucket>,
    containers: BTreeMap<String, Bucket>,
    all: Bucket,
}

impl Limits {
    pub(super) const fn new(per_rule: Rate, per_container: Rate, total: Rate) -> Self {
        Self {
            per_rule,
            per_container,
            total,
            rules: BTreeMap::new(),
            containers: BTreeMap::new(),
            all: Bucket { full_ns: i128::MIN },
        }
    }

    /// Other rates; the buckets stay as full as they are.
    pub(super) const fn set_rates(&mut self, per_rule: Rate, per_container: Rate, total: Rate) {
        self.per_rule = per_rule;
        self.per_container = per_container;
        self.total = total;
    }

    /// Takes one from each bucket, or from none and says which is empty. The host is the container
    /// without a name.
    pub(super) fn take(&mut self, rule: &str, container: &str, now_ns: i128) -> Result<(), Limit> {
        let of_rule = self.rules.get(rule).copied().unwrap_or_default();
        let of_container = self.containers.get(container).copied().unwrap_or_default();
        for (limit, bucket, rate) in [
            (Limit::Rule, of_rule, self.per_rule),
            (Limit::Container, of_container, self.per_container),
            (Limit::Total, self.all, self.total),
        ] {
            if !bucket.allows(rate, now_ns) {
                return Err(limit);
            }
        }
        charge(&mut self.rules, rule, self.per_rule, now_ns);
        charge(&mut self.containers, container, self.per_container, now_ns);
        self.all.take(self.total, now_ns);
        Ok(())
    }
}

fn charge(buckets: &mut BTreeMap<String, Bucket>, name: &str, rate: Rate, now_ns: i128) {
    if rate.burst == 0 {
        return;
    }
    if let Some(bucket) = buckets.get_mut(name) {
        bucket.take(rate, now_ns);
        return;
    }
    if buckets.len() >= BUCKETS_MAX {
        buckets.retain(|_, bucket| bucket.full_ns > now_ns);
    }
    // When so many are busy at once, the limit in total holds.
    if buckets.len() < BUCKETS_MAX {
        let mut bucket = Bucket::default();
        bucket.take(rate, now_ns);
        buckets.insert(name.to_owned(), bucket);
    }
}

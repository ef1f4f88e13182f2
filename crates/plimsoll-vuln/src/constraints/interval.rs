//! Sets of versions as intervals, and their algebra in the order of a scheme.

use std::cmp::Ordering;

use crate::{Range, VersionError, VersionScheme};

/// One end of an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    version: String,
    inclusive: bool,
}

/// The versions between two ends; without an end, all on that side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Interval {
    low: Option<Edge>,
    high: Option<Edge>,
}

/// A union of intervals, in any order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Set(Vec<Interval>);

/// The operators that every dialect has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Edge {
    fn new(version: impl Into<String>, inclusive: bool) -> Self {
        Self {
            version: version.into(),
            inclusive,
        }
    }
}

impl Set {
    pub(super) fn everything() -> Self {
        Self(vec![Interval::default()])
    }

    /// The versions on one side of a version, or it alone, or all but it.
    pub(super) fn by(operator: Operator, version: &str) -> Self {
        let edge = |inclusive| Some(Edge::new(version, inclusive));
        let interval = |low, high| Interval { low, high };
        Self(match operator {
            Operator::Equal => vec![interval(edge(true), edge(true))],
            Operator::NotEqual => vec![interval(None, edge(false)), interval(edge(false), None)],
            Operator::Less => vec![interval(None, edge(false))],
            Operator::LessOrEqual => vec![interval(None, edge(true))],
            Operator::Greater => vec![interval(edge(false), None)],
            Operator::GreaterOrEqual => vec![interval(edge(true), None)],
        })
    }

    /// From one version (inclusive) to another (exclusive).
    pub(super) fn between(low: impl Into<String>, high: impl Into<String>) -> Self {
        Self(vec![Interval {
            low: Some(Edge::new(low, true)),
            high: Some(Edge::new(high, false)),
        }])
    }

    /// All but what lies between, see [`Self::between`].
    pub(super) fn outside(low: impl Into<String>, high: impl Into<String>) -> Self {
        let below = Interval {
            low: None,
            high: Some(Edge::new(low, false)),
        };
        let above = Interval {
            low: Some(Edge::new(high, true)),
            high: None,
        };
        Self(vec![below, above])
    }

    pub(super) fn from_ranges(ranges: &[Range]) -> Self {
        let edge = |version: &Option<String>, inclusive| {
            version.as_deref().map(|text| Edge::new(text, inclusive))
        };
        let interval = |range: &Range| Interval {
            low: edge(&range.introduced, true)
                .filter(|low| low.version != "0")
                .or_else(|| edge(&range.after, false)),
            high: edge(&range.fixed, false).or_else(|| edge(&range.last_affected, true)),
        };
        Self(ranges.iter().map(interval).collect())
    }

    pub(super) fn into_ranges(self) -> Vec<Range> {
        let range = |interval: Interval| {
            let mut range = Range::default();
            if let Some(low) = interval.low {
                let field = if low.inclusive {
                    &mut range.introduced
                } else {
                    &mut range.after
                };
                *field = Some(low.version);
            }
            if let Some(high) = interval.high {
                let field = if high.inclusive {
                    &mut range.last_affected
                } else {
                    &mut range.fixed
                };
                *field = Some(high.version);
            }
            range
        };
        self.0.into_iter().map(range).collect()
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn intersect(
        &self,
        other: &Self,
        scheme: &dyn VersionScheme,
    ) -> Result<Self, VersionError> {
        let mut found = Vec::new();
        for a in &self.0 {
            for b in &other.0 {
                let low = match compare_low(a.low.as_ref(), b.low.as_ref(), scheme)? {
                    Ordering::Less => &b.low,
                    _ => &a.low,
                };
                let high = match compare_high(a.high.as_ref(), b.high.as_ref(), scheme)? {
                    Ordering::Greater => &b.high,
                    _ => &a.high,
                };
                let interval = Interval {
                    low: low.clone(),
                    high: high.clone(),
                };
                if !interval.is_empty(scheme)? {
                    found.push(interval);
                }
            }
        }
        Ok(Self(found))
    }

    /// The same versions in disjoint intervals, ascending.
    pub(super) fn merge(self, scheme: &dyn VersionScheme) -> Result<Self, VersionError> {
        // Insertion, for the standard sort may panic on an order with a flaw.
        let mut sorted: Vec<Interval> = Vec::with_capacity(self.0.len());
        for interval in self.0 {
            if interval.is_empty(scheme)? {
                continue;
            }
            let mut place = sorted.len();
            while let Some(before) = place.checked_sub(1).and_then(|before| sorted.get(before)) {
                if compare_low(before.low.as_ref(), interval.low.as_ref(), scheme)?.is_le() {
                    break;
                }
                place -= 1;
            }
            sorted.insert(place, interval);
        }
        let mut merged: Vec<Interval> = Vec::with_capacity(sorted.len());
        for interval in sorted {
            match merged.last_mut() {
                Some(last) if touches(last.high.as_ref(), interval.low.as_ref(), scheme)? => {
                    if compare_high(last.high.as_ref(), interval.high.as_ref(), scheme)?.is_lt() {
                        last.high = interval.high;
                    }
                }
                _ => merged.push(interval),
            }
        }
        Ok(Self(merged))
    }

    pub(super) fn complement(self, scheme: &dyn VersionScheme) -> Result<Self, VersionError> {
        let turned = |edge: Edge| Edge {
            inclusive: !edge.inclusive,
            ..edge
        };
        let mut gaps = Vec::new();
        // Lower end of the gap that is being looked at; `None` once there is no more.
        let mut open = Some(None);
        for interval in self.merge(scheme)?.0 {
            if let (Some(low), Some(high)) = (open.take(), interval.low) {
                let high = Some(turned(high));
                gaps.push(Interval { low, high });
            }
            open = interval.high.map(|high| Some(turned(high)));
        }
        if let Some(low) = open {
            gaps.push(Interval { low, high: None });
        }
        Ok(Self(gaps))
    }
}

impl Interval {
    fn is_empty(&self, scheme: &dyn VersionScheme) -> Result<bool, VersionError> {
        let (Some(low), Some(high)) = (&self.low, &self.high) else {
            return Ok(false);
        };
        Ok(match scheme.compare(&low.version, &high.version)? {
            Ordering::Less => false,
            Ordering::Equal => !(low.inclusive && high.inclusive),
            Ordering::Greater => true,
        })
    }
}

/// Which lower end lets in more: no end is lowest, inclusive before exclusive.
fn compare_low(
    a: Option<&Edge>,
    b: Option<&Edge>,
    scheme: &dyn VersionScheme,
) -> Result<Ordering, VersionError> {
    Ok(match (a, b) {
        (Some(a), Some(b)) => scheme
            .compare(&a.version, &b.version)?
            .then(b.inclusive.cmp(&a.inclusive)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    })
}

/// Which upper end lets in more: no end is highest, inclusive after exclusive.
fn compare_high(
    a: Option<&Edge>,
    b: Option<&Edge>,
    scheme: &dyn VersionScheme,
) -> Result<Ordering, VersionError> {
    Ok(match (a, b) {
        (Some(a), Some(b)) => scheme
            .compare(&a.version, &b.version)?
            .then(a.inclusive.cmp(&b.inclusive)),
        (a, b) => b.is_some().cmp(&a.is_some()),
    })
}

/// Whether nothing lies between an upper end and the lower end of the next interval.
fn touches(
    high: Option<&Edge>,
    low: Option<&Edge>,
    scheme: &dyn VersionScheme,
) -> Result<bool, VersionError> {
    let (Some(high), Some(low)) = (high, low) else {
        return Ok(true);
    };
    Ok(match scheme.compare(&low.version, &high.version)? {
        Ordering::Less => true,
        Ordering::Equal => low.inclusive || high.inclusive,
        Ordering::Greater => false,
    })
}

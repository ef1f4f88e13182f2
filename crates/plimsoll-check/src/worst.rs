//! Findings up to a limit: of more than can be kept the worst, the rest as numbers.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use plimsoll_model::{Finding, Unknown};

/// Most findings of one run. One takes about a kilobyte, and nobody reads so many: what there is of
/// each check beyond them is told as a number.
pub const FINDINGS_MAX: usize = 50_000;

/// Findings, the worst of them when there are too many.
#[derive(Default)]
pub struct Worst {
    kept: Vec<Finding>,
    dropped: BTreeMap<String, usize>,
}

impl Worst {
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            if self.kept.len() >= FINDINGS_MAX + FINDINGS_MAX / 4 {
                self.shrink();
            }
            self.kept.push(finding);
        }
    }

    /// Drops what is certainly not among the worst.
    fn shrink(&mut self) {
        if self.kept.len() <= FINDINGS_MAX {
            return;
        }
        self.kept.select_nth_unstable_by(FINDINGS_MAX, order);
        for finding in self.kept.drain(FINDINGS_MAX..) {
            *self.dropped.entry(finding.id).or_default() += 1;
        }
    }

    /// In order, and what was dropped.
    pub fn finish(mut self) -> (Vec<Finding>, Vec<Unknown>) {
        self.shrink();
        self.kept.sort_by(order);
        let told = self.dropped.into_iter().map(|(id, count)| {
            let reason = format!(
                "{count} more findings of `{id}` are not listed: the {FINDINGS_MAX} worst are"
            );
            Unknown::whole(reason)
        });
        (self.kept, told.collect())
    }
}

/// Worst first, then by place; no two findings are equal in it unless they are the same.
fn order(a: &Finding, b: &Finding) -> Ordering {
    b.severity
        .cmp(&a.severity)
        .then_with(|| a.locations.cmp(&b.locations))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.fingerprint.cmp(&b.fingerprint))
}

#[cfg(test)]
mod tests {
    use plimsoll_model::{FindingKind, Location, Severity};

    use super::*;

    /// The same are kept in whatever order they come, and none is forgotten.
    #[test]
    fn the_worst_are_kept_and_the_rest_is_counted() {
        let make = |number: usize| {
            let severity = if number.is_multiple_of(10) {
                Severity::High
            } else {
                Severity::Low
            };
            let id = format!("check-{}", number % 3);
            let mut finding = Finding::new(
                FindingKind::Configuration,
                id,
                number.to_string(),
                severity,
                "",
            );
            finding.locations = vec![Location::file(format!("{number:06}.yaml"))];
            finding
        };
        let count = FINDINGS_MAX * 3;
        let run = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut worst = Worst::default();
            worst.extend(numbers.map(make));
            worst.finish()
        };
        let up = run(&mut (0..count));
        let down = run(&mut (0..count).rev());
        assert_eq!(up, down);
        assert_eq!(up.0.len(), FINDINGS_MAX);
        let high =
            up.0.iter()
                .filter(|finding| finding.severity == Severity::High);
        assert_eq!(high.count(), count / 10);
        let told: usize =
            up.1.iter()
                .filter_map(|unknown| unknown.reason.split(' ').next()?.parse::<usize>().ok())
                .sum();
        assert_eq!(told, count - FINDINGS_MAX);
    }
}

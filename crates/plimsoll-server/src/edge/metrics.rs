//! What the webhook counts, for Prometheus.
//!
//! [`METRICS`] is the written-out list. The text is the exposition format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>). Values of labels come from outside:
//! how many there may be is bounded, and what goes beyond is counted as `other`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use plimsoll_model::Outcome;

use crate::admission::{Decision, Way};

/// For the header.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Most values of a metric, each with labels of its own.
const SERIES_MAX: usize = 1_000;
/// Longest value of a label, in bytes.
const LABEL_BYTES_MAX: usize = 128;
const OTHER: &str = "other";

/// What kind of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    Counter,
    Gauge,
    Histogram,
}

impl MetricKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric.
pub struct Metric {
    pub name: &'static str,
    pub kind: MetricKind,
    /// A sentence without full stop.
    pub help: &'static str,
    pub labels: &'static [&'static str],
}

const fn metric(
    name: &'static str,
    kind: MetricKind,
    help: &'static str,
    labels: &'static [&'static str],
) -> Metric {
    Metric {
        name,
        kind,
        help,
        labels,
    }
}

use MetricKind::{Counter, Gauge, Histogram};

const DURATION: &str = "plimsoll_admission_duration_seconds";

/// Every metric of the webhook.
pub const METRICS: &[Metric] = &[
    metric(
        "plimsoll_admission_requests_total",
        Counter,
        "Reviews answered, dry runs apart",
        &["operation", "kind", "way", "verdict"],
    ),
    metric(
        "plimsoll_admission_dry_runs_total",
        Counter,
        "Reviews of dry runs answered",
        &[],
    ),
    metric(
        "plimsoll_admission_denied_total",
        Counter,
        "Refusals by rule; one request may count for several",
        &["rule", "namespace"],
    ),
    metric(
        "plimsoll_admission_under_enforcement_total",
        Counter,
        "Requests let through that the rule would refuse if it were enforced",
        &["rule", "namespace"],
    ),
    metric(
        "plimsoll_admission_unjudged_total",
        Counter,
        "Reviews that could not be judged; overload is what was shed",
        &["trouble"],
    ),
    metric(
        DURATION,
        Histogram,
        "Time from the head of a request to its answer",
        &[],
    ),
    metric(
        "plimsoll_admission_remembered_total",
        Counter,
        "Verdicts taken from memory",
        &[],
    ),
    metric(
        "plimsoll_admission_verdicts_remembered",
        Gauge,
        "Verdicts in memory",
        &[],
    ),
    metric(
        "plimsoll_admission_under_way",
        Gauge,
        "Reviews that are judged or wait for it",
        &[],
    ),
    metric(
        "plimsoll_admission_ready",
        Gauge,
        "1, or 0 while it is ending",
        &[],
    ),
    metric(
        "plimsoll_admission_connections_refused_total",
        Counter,
        "Connections closed before a request: TLS failed, stalled, or there were too many",
        &["reason"],
    ),
    metric(
        "plimsoll_admission_reloads_total",
        Counter,
        "Policies and certificates read again, and whether they were taken",
        &["what", "result"],
    ),
    metric(
        "plimsoll_admission_log_lines_lost_total",
        Counter,
        "Decisions that the log had no room for",
        &[],
    ),
];

/// Upper bounds of the histogram, in seconds.
const BOUNDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// The counts of a server.
#[derive(Default)]
pub struct Metrics {
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    by_name: BTreeMap<&'static str, BTreeMap<Vec<String>, u64>>,
    /// How many fell into each bucket, the last one without bound.
    buckets: [u64; BOUNDS.len() + 1],
    seconds: f64,
}

impl Metrics {
    /// Counts one. The name is one of the list, the labels are in its order.
    pub(super) fn count(&self, name: &'static str, labels: &[&str]) {
        self.lock().count(name, labels);
    }

    /// Counts an answer.
    pub(super) fn answered(&self, decision: &Decision, took: Duration) {
        let mut counts = self.lock();
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound);
        if let Some(count) = counts.buckets.get_mut(bucket.unwrap_or(BOUNDS.len())) {
            *count += 1;
        }
        counts.seconds += seconds;
        if let Way::Trouble(trouble, _) = &decision.way {
            counts.count("plimsoll_admission_unjudged_total", &[trouble]);
        }
        if decision.is_dry_run {
            counts.count("plimsoll_admission_dry_runs_total", &[]);
            return;
        }
        let labels = [
            decision.operation.as_str(),
            &decision.kind,
            decision.way.as_str(),
            decision.outcome.as_str(),
        ];
        counts.count("plimsoll_admission_requests_total", &labels);
        if decision.is_remembered {
            counts.count("plimsoll_admission_remembered_total", &[]);
        }
        let namespace = decision.namespace.as_str();
        let denied = decision
            .told
            .iter()
            .filter(|told| told.outcome() == Outcome::Deny);
        let mut rules: Vec<&str> = denied.map(|told| told.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        for rule in rules {
            counts.count("plimsoll_admission_denied_total", &[rule, namespace]);
        }
        for rule in decision.under_enforcement() {
            counts.count(
                "plimsoll_admission_under_enforcement_total",
                &[rule, namespace],
            );
        }
    }

    /// Everything, with what is measured at this moment.
    pub fn text(&self, gauges: &[(&'static str, f64)]) -> String {
        let counts = self.lock();
        let mut out = String::new();
        for metric in METRICS {
            let name = metric.name;
            let _ = writeln!(out, "# HELP {name} {}.", metric.help);
            let _ = writeln!(out, "# TYPE {name} {}", metric.kind.as_str());
            match metric.kind {
                Counter => {
                    let series = counts.by_name.get(name);
                    if series.is_none() && metric.labels.is_empty() {
                        let _ = writeln!(out, "{name} 0");
                    }
                    for (values, count) in series.into_iter().flatten() {
                        let _ = writeln!(out, "{name}{} {count}", labels(metric.labels, values));
                    }
                }
                Gauge => {
                    let value = gauges.iter().find(|(gauge, _)| *gauge == name);
                    let _ = writeln!(out, "{name} {}", value.map_or(0.0, |(_, value)| *value));
                }
                Histogram => counts.histogram(name, &mut out),
            }
        }
        out
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn count(&mut self, name: &'static str, labels: &[&str]) {
        let series = self.by_name.entry(name).or_default();
        let mut key: Vec<String> = labels
            .iter()
            .map(|label| match label.len() {
                0..=LABEL_BYTES_MAX => (*label).to_owned(),
                _ => OTHER.to_owned(),
            })
            .collect();
        if series.len() >= SERIES_MAX && !series.contains_key(&key) {
            key.fill(OTHER.to_owned());
        }
        *series.entry(key).or_default() += 1;
    }

    fn histogram(&self, name: &str, out: &mut String) {
        let mut sum = 0;
        for (bound, count) in BOUNDS.iter().zip(&self.buckets) {
            sum += count;
            let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {sum}");
        }
        let all: u64 = self.buckets.iter().sum();
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {all}");
        let _ = writeln!(out, "{name}_sum {}", self.seconds);
        let _ = writeln!(out, "{name}_count {all}");
    }
}

fn labels(names: &[&str], values: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let escaped = |value: &str| {
        value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    };
    let pairs = names.iter().zip(values);
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_from_outside_are_bounded_and_escaped() {
        let metrics = Metrics::default();
        let name = "plimsoll_admission_denied_total";
        for number in 0..SERIES_MAX * 2 {
            metrics.count(name, &["rule", &format!("ns-{number}")]);
        }
        metrics.count("plimsoll_admission_unjudged_total", &["a\"b\\c\nd"]);
        let text = metrics.text(&[("plimsoll_admission_ready", 1.0)]);
        let lines = text.lines().filter(|line| line.starts_with(name)).count();
        assert_eq!(lines, SERIES_MAX + 1);
        assert!(text.contains("{rule=\"other\",namespace=\"other\"} 1000\n"));
        assert!(text.contains("{trouble=\"a\\\"b\\\\c\\nd\"} 1\n"));
        assert!(text.contains("plimsoll_admission_ready 1\n"));
        assert!(text.contains("_bucket{le=\"+Inf\"} 0\n"));
    }

    #[test]
    fn the_documentation_has_every_metric() {
        let page = include_str!("../../../../docs/admission.md");
        for metric in METRICS {
            let labels: Vec<String> = metric.labels.iter().map(|it| format!("`{it}`")).collect();
            let (name, kind) = (metric.name, metric.kind.as_str());
            let row = format!(
                "| `{name}` | {kind} | {} | {} |",
                labels.join(", "),
                metric.help
            );
            assert!(page.contains(&row), "{row}");
        }
    }
}

//! What `plimsoll watch` counts, for Prometheus.
//!
//! [`METRICS`] is the written-out list: a new metric is one entry, and the page of the documentation
//! comes from it. The text is the exposition format 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>). [`Server`] hands it out.

mod list;
mod server;
mod text;

use std::collections::BTreeMap;

use crate::OutputStatus;

pub use list::METRICS;
pub use server::Server;
pub use text::render;

/// Whether a value only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    Counter,
    Gauge,
}

impl MetricKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

/// One metric.
pub struct Metric {
    /// With the unit last, and `_total` for counters, as Prometheus wants it.
    pub name: &'static str,
    pub kind: MetricKind,
    /// A sentence without full stop.
    pub help: &'static str,
    /// Names of its labels.
    pub labels: &'static [&'static str],
    /// Its values, each with those of the labels.
    pub samples: fn(&Figures) -> Vec<Sample>,
}

/// Values of labels, and the value.
pub type Sample = (Vec<String>, f64);

/// All that the metrics are made of, at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// Events taken from the kernel, by kind.
    pub events: BTreeMap<String, u64>,
    /// Events that were lost, by kind and reason.
    pub lost: BTreeMap<(String, String), u64>,
    /// Alerts that went out, by rule, priority and source.
    pub alerts: BTreeMap<(String, String, String), u64>,
    /// Repetitions that were counted into an alert that had been told.
    pub repeated: u64,
    /// Alerts that a limit held back, by rule and limit.
    pub held_back: BTreeMap<(String, String), u64>,
    pub outputs: Vec<OutputStatus>,
    /// CPU that the process took, seconds.
    pub cpu_seconds: f64,
    pub resident_bytes: u64,
    /// When the process began to watch, seconds since 1970.
    pub started_seconds: f64,
    /// Time of the last event, seconds since 1970.
    pub last_event_seconds: f64,
    pub containers: u64,
    pub processes: u64,
    pub programs_attached: u64,
    pub programs_refused: u64,
    pub rules: u64,
    pub reloads: u64,
    pub reloads_refused: u64,
    pub configuration_reloads: u64,
    pub configuration_reloads_refused: u64,
    /// Whether events are shed at this moment.
    pub shedding: bool,
    /// Alerts that are remembered, as they may come again.
    pub remembered: u64,
}

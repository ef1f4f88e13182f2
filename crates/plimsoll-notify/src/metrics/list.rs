//! The list of metrics, sorted by name.

use super::MetricKind::{Counter, Gauge};
use super::{Figures, Metric, Sample};
use crate::OutputStatus;

/// Every metric, sorted by name.
pub const METRICS: &[Metric] = &[
    Metric {
        name: "plimsoll_alerts_held_back_total",
        kind: Counter,
        help: "Alerts that a rate limit held back; limit is rule, container or total",
        labels: &["rule", "limit"],
        samples: |figures| pairs(&figures.held_back),
    },
    Metric {
        name: "plimsoll_alerts_remembered",
        kind: Gauge,
        help: "Alerts that are remembered, since the same one may come again",
        labels: &[],
        samples: |figures| one(figures.remembered as f64),
    },
    Metric {
        name: "plimsoll_alerts_repeated_total",
        kind: Counter,
        help: "Repetitions that were counted into an alert instead of told by themselves",
        labels: &[],
        samples: |figures| one(figures.repeated as f64),
    },
    Metric {
        name: "plimsoll_alerts_total",
        kind: Counter,
        help: "Alerts that went out, updates of repeated ones included",
        labels: &["rule", "priority", "source"],
        samples: |figures| {
            let all = figures.alerts.iter();
            all.map(|((rule, priority, source), count)| {
                let labels = vec![rule.clone(), priority.clone(), source.clone()];
                (labels, *count as f64)
            })
            .collect()
        },
    },
    Metric {
        name: "plimsoll_configuration_reloads_refused_total",
        kind: Counter,
        help: "Changed configurations that were not taken, as they have errors",
        labels: &[],
        samples: |figures| one(figures.configuration_reloads_refused as f64),
    },
    Metric {
        name: "plimsoll_configuration_reloads_total",
        kind: Counter,
        help: "Changed configurations that were taken",
        labels: &[],
        samples: |figures| one(figures.configuration_reloads as f64),
    },
    Metric {
        name: "plimsoll_containers",
        kind: Gauge,
        help: "Containers that are known to run",
        labels: &[],
        samples: |figures| one(figures.containers as f64),
    },
    Metric {
        name: "plimsoll_cpu_seconds_total",
        kind: Counter,
        help: "CPU time that the process took",
        labels: &[],
        samples: |figures| one(figures.cpu_seconds),
    },
    Metric {
        name: "plimsoll_events_lost_total",
        kind: Counter,
        help: "Events that were lost, so that nothing is known of them",
        labels: &["kind", "reason"],
        samples: |figures| pairs(&figures.lost),
    },
    Metric {
        name: "plimsoll_events_total",
        kind: Counter,
        help: "Events that were looked at",
        labels: &["kind"],
        samples: |figures| {
            let all = figures.events.iter();
            all.map(|(kind, count)| (vec![kind.clone()], *count as f64))
                .collect()
        },
    },
    Metric {
        name: "plimsoll_last_event_timestamp_seconds",
        kind: Gauge,
        help: "When the last event happened, seconds since 1970",
        labels: &[],
        samples: |figures| one(figures.last_event_seconds),
    },
    Metric {
        name: "plimsoll_output_delivered_total",
        kind: Counter,
        help: "Alerts that an output delivered",
        labels: &["output"],
        samples: |figures| outputs(figures, |status| status.delivered),
    },
    Metric {
        name: "plimsoll_output_dropped_total",
        kind: Counter,
        help: "Alerts that an output lost, as its queue was full",
        labels: &["output"],
        samples: |figures| outputs(figures, |status| status.dropped),
    },
    Metric {
        name: "plimsoll_output_failing",
        kind: Gauge,
        help: "1 while the last delivery of an output failed",
        labels: &["output"],
        samples: |figures| outputs(figures, |status| u64::from(status.trouble.is_some())),
    },
    Metric {
        name: "plimsoll_output_queue_bytes",
        kind: Gauge,
        help: "What waits for an output",
        labels: &["output"],
        samples: |figures| outputs(figures, |status| status.waiting_bytes),
    },
    Metric {
        name: "plimsoll_output_queue_length",
        kind: Gauge,
        help: "Alerts that wait for an output",
        labels: &["output"],
        samples: |figures| outputs(figures, |status| status.waiting),
    },
    Metric {
        name: "plimsoll_output_refused_total",
        kind: Counter,
        help: "Alerts that a receiver does not take",
        labels: &["output"],
        samples: |figures| outputs(figures, |status| status.refused),
    },
    Metric {
        name: "plimsoll_output_retries_total",
        kind: Counter,
        help: "Deliveries that were tried again",
        labels: &["output"],
        samples: |figures| outputs(figures, |status| status.retries),
    },
    Metric {
        name: "plimsoll_processes",
        kind: Gauge,
        help: "Processes that are remembered",
        labels: &[],
        samples: |figures| one(figures.processes as f64),
    },
    Metric {
        name: "plimsoll_programs_attached",
        kind: Gauge,
        help: "Kernel programs that run",
        labels: &[],
        samples: |figures| one(figures.programs_attached as f64),
    },
    Metric {
        name: "plimsoll_programs_refused",
        kind: Gauge,
        help: "Kernel programs that this kernel does not take",
        labels: &[],
        samples: |figures| one(figures.programs_refused as f64),
    },
    Metric {
        name: "plimsoll_resident_bytes",
        kind: Gauge,
        help: "Memory that the process holds",
        labels: &[],
        samples: |figures| one(figures.resident_bytes as f64),
    },
    Metric {
        name: "plimsoll_rules",
        kind: Gauge,
        help: "Rules in force",
        labels: &[],
        samples: |figures| one(figures.rules as f64),
    },
    Metric {
        name: "plimsoll_rules_reloads_refused_total",
        kind: Counter,
        help: "Changed sets of rules that were not taken, as they have errors",
        labels: &[],
        samples: |figures| one(figures.reloads_refused as f64),
    },
    Metric {
        name: "plimsoll_rules_reloads_total",
        kind: Counter,
        help: "Changed sets of rules that were taken",
        labels: &[],
        samples: |figures| one(figures.reloads as f64),
    },
    Metric {
        name: "plimsoll_shedding",
        kind: Gauge,
        help: "1 while events are shed, as the limit of CPU is reached",
        labels: &[],
        samples: |figures| one(f64::from(u8::from(figures.shedding))),
    },
    Metric {
        name: "plimsoll_start_time_seconds",
        kind: Gauge,
        help: "When it began to watch, seconds since 1970",
        labels: &[],
        samples: |figures| one(figures.started_seconds),
    },
];

fn one(value: f64) -> Vec<Sample> {
    vec![(Vec::new(), value)]
}

fn pairs<'a>(counts: impl IntoIterator<Item = (&'a (String, String), &'a u64)>) -> Vec<Sample> {
    let all = counts.into_iter();
    all.map(|((a, b), count)| (vec![a.clone(), b.clone()], *count as f64))
        .collect()
}

fn outputs(figures: &Figures, value: fn(&OutputStatus) -> u64) -> Vec<Sample> {
    let all = figures.outputs.iter();
    all.map(|status| (vec![status.name.clone()], value(status) as f64))
        .collect()
}

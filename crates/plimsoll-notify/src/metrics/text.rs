//! Metrics in Prometheus' text form.

use std::fmt::Write as _;

use super::{Figures, METRICS};

/// Every metric with its help, kind and values.
pub fn render(figures: &Figures) -> String {
    let mut text = String::with_capacity(8 << 10);
    for metric in METRICS {
        let (name, kind) = (metric.name, metric.kind.as_str());
        let _ = writeln!(text, "# HELP {name} {}", metric.help);
        let _ = writeln!(text, "# TYPE {name} {kind}");
        for (values, number) in (metric.samples)(figures) {
            text.push_str(name);
            let labels: Vec<String> = metric
                .labels
                .iter()
                .zip(&values)
                .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
                .collect();
            if !labels.is_empty() {
                let _ = write!(text, "{{{}}}", labels.join(","));
            }
            let _ = writeln!(text, " {number}");
        }
    }
    text
}

/// Backslash, quote and line break are escaped; no other has a meaning.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::MetricKind;
    use super::*;

    #[test]
    fn the_list_is_sorted_and_named_as_prometheus_wants() {
        for window in METRICS.windows(2) {
            assert!(window[0].name < window[1].name, "{}", window[1].name);
        }
        for metric in METRICS {
            let is_counter = metric.kind == MetricKind::Counter;
            assert_eq!(
                metric.name.ends_with("_total"),
                is_counter,
                "{}",
                metric.name
            );
            assert!(!metric.help.ends_with('.') && !metric.help.contains('\n'));
            for (labels, _) in (metric.samples)(&figures()) {
                assert_eq!(labels.len(), metric.labels.len(), "{}", metric.name);
            }
        }
    }

    fn figures() -> Figures {
        let mut figures = Figures::default();
        figures.events.insert("openat".to_owned(), 7);
        let key = ("a \"b\"\\\n".to_owned(), "rule".to_owned());
        figures.held_back.insert(key, 1);
        figures
    }

    #[test]
    fn values_and_labels_are_written() {
        let text = render(&figures());
        for line in [
            "# TYPE plimsoll_events_total counter",
            "plimsoll_events_total{kind=\"openat\"} 7",
            "plimsoll_alerts_held_back_total{rule=\"a \\\"b\\\"\\\\\\n\",limit=\"rule\"} 1",
            "plimsoll_containers 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}

//! Bars drawn as SVG.

use maud::{Markup, html};
use plimsoll_model::Severity;

/// Width of a bar in its own units.
const WIDTH: f64 = 1000.0;

/// Findings by severity as one bar, with a legend that says the same in words.
pub fn severities(counts: &[(Severity, usize)]) -> Markup {
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let mut at = 0.0;
    let parts: Vec<(Severity, usize, f64, f64)> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| {
            let width = WIDTH * *count as f64 / total.max(1) as f64;
            let part = (*severity, *count, at, width);
            at += width;
            part
        })
        .collect();
    html! {
        svg.bar viewBox="0 0 1000 24" preserveAspectRatio="none" role="img"
            aria-label="findings by severity" {
            @if parts.is_empty() { rect.empty x="0" y="0" width="1000" height="24" {} }
            @for (severity, _, at, width) in &parts {
                rect class=(severity.as_str()) x=(number(*at)) y="0" width=(number(*width))
                    height="24" {}
            }
        }
        ul.legend {
            @for (severity, count, _, _) in &parts {
                li { span class={ "dot " (severity.as_str()) } {} b { (count) } " " (word(*severity)) }
            }
        }
    }
}

/// A share of a whole as a thin bar.
pub fn share(part: u64, whole: u64) -> Markup {
    let width = if whole == 0 {
        0.0
    } else {
        WIDTH * part as f64 / whole as f64
    };
    html! {
        svg.share viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect x="0" y="0" width=(number(width)) height="10" {}
        }
    }
}

/// The word for a severity where a number stands before it.
pub fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Unknown => "unrated",
        other => other.as_str(),
    }
}

/// Two decimals at most, the same on every machine.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

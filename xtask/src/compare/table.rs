//! The tables, in Markdown as `docs/benchmarks.md` has them.

use std::fmt::{Display, Write as _};

use super::again::Again;
use super::cold::Measured;
use super::contenders::Peer;
use super::inventory::Compared;
use super::statistics::{self, Sample, Spread};

fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

fn line(out: &mut String, cells: &[String]) {
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn heading(out: &mut String, cells: &[&str]) {
    let _ = writeln!(
        out,
        "| {} |\n|{}",
        cells.join(" | "),
        "---|".repeat(cells.len())
    );
}

/// Wall, processor time, memory and ratio of everybody on one image in one form.
pub fn cold(measured: &Measured, floor: &str) -> String {
    let mut out = format!(
        "### `{}`, {}: {:.0} MB in layers\n\n",
        measured.image,
        measured.form.name(),
        measured.bytes as f64 / 1e6
    );
    heading(
        &mut out,
        &[
            "",
            "wall, s",
            "user + system, s",
            "peak memory, MiB",
            "wall: times ours",
        ],
    );
    let mut row = |name: String, samples: &[Sample]| {
        let ratio = statistics::ratio(samples, &measured.ours, |sample| sample.wall);
        let cells = [
            name,
            or_dash(statistics::wall(samples)),
            or_dash(statistics::cpu(samples)),
            statistics::peak_mib(samples).to_string(),
            or_dash(ratio),
        ];
        line(&mut out, &cells);
    };
    row(format!("floor: {floor}"), &measured.floor);
    row(
        "**plimsoll**, inventory and matching".to_owned(),
        &measured.ours,
    );
    for (peer, samples) in &measured.peers {
        row(format!("{}, {}", peer.name(), peer.task()), samples);
    }
    for failed in &measured.failed {
        let _ = writeln!(out, "\nFailed: {failed}");
    }
    out
}

/// Each figure of section 8 that a cold scan is held against.
pub fn targets(all: &[Measured]) -> String {
    let mut out = String::new();
    heading(
        &mut out,
        &[
            "image",
            "wall over the floor, target 1.5",
            "faster than trivy, target 2",
            "faster than syft, target 7",
            "peak memory, target 128 MiB",
        ],
    );
    for measured in all {
        let floor = statistics::ratio(&measured.ours, &measured.floor, |sample| sample.wall);
        line(
            &mut out,
            &[
                format!("{}, {}", measured.image, measured.form.name()),
                or_dash(floor),
                or_dash(measured.faster_than(Peer::Trivy)),
                or_dash(measured.faster_than(Peer::Syft)),
                format!("{} MiB", statistics::peak_mib(&measured.ours)),
            ],
        );
    }
    out
}

pub fn again(all: &[Again]) -> String {
    let mut out = String::new();
    heading(
        &mut out,
        &[
            "image",
            "unchanged, ms (target 50)",
            "one layer changed, ms",
            "peak memory, MiB",
        ],
    );
    for again in all {
        let milliseconds = |samples: &[Sample]| {
            Spread::of(
                samples
                    .iter()
                    .map(|sample| sample.wall.as_secs_f64() * 1000.0),
            )
            .map(|spread| format!("{spread:.0}"))
        };
        line(
            &mut out,
            &[
                again.image.to_owned(),
                or_dash(milliseconds(&again.unchanged)),
                or_dash(milliseconds(&again.one_layer)),
                statistics::peak_mib(&again.unchanged).to_string(),
            ],
        );
    }
    out
}

/// How many packages, and how many of each type only one of the two has.
pub fn packages(all: &[Compared]) -> String {
    let mut out = String::new();
    heading(
        &mut out,
        &[
            "image",
            "plimsoll",
            "syft",
            "both",
            "only plimsoll",
            "only syft",
        ],
    );
    for compared in all {
        let by_type = |apart: &std::collections::BTreeMap<String, Vec<_>>| {
            let counts = apart
                .iter()
                .map(|(kind, list)| format!("{} {kind}", list.len()));
            counts.collect::<Vec<_>>().join(", ")
        };
        line(
            &mut out,
            &[
                compared.image.to_owned(),
                compared.ours.to_string(),
                compared.theirs.to_string(),
                compared.both.to_string(),
                by_type(&compared.only_ours),
                by_type(&compared.only_theirs),
            ],
        );
    }
    out
}

/// The packages that only one has, a line each.
pub fn packages_apart(all: &[Compared]) -> String {
    let mut out = String::new();
    for compared in all {
        for (who, apart) in [
            ("plimsoll", &compared.only_ours),
            ("syft", &compared.only_theirs),
        ] {
            for (kind, name, version) in apart.values().flatten() {
                let _ = writeln!(out, "{} only-{who} {kind} {name} {version}", compared.image);
            }
        }
    }
    out
}

pub fn figures(rows: &[(&str, String)]) -> String {
    let mut out = String::new();
    heading(&mut out, &["what", "figure"]);
    for (what, figure) in rows {
        line(&mut out, &[(*what).to_owned(), figure.clone()]);
    }
    out
}

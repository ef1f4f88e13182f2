//! Flows as a picture: a table with a row for each source and a column for each destination.
//!
//! A full square is everything, a dot is some ports; what stands there is said by the mark, not by
//! its colour alone. Past [`WORKLOADS_MAX`] workloads the rows and columns are namespaces.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use plimsoll_network::Reach;
use plimsoll_network::flows::{Filter, Flow, each};
use plimsoll_network::party::{CONTROLLER, WORLD};

/// Most workloads that have a row of their own.
const WORKLOADS_MAX: usize = 300;
/// Longest name that is written whole, in characters.
const NAME_MAX: usize = 34;
const MARGIN: usize = 16;
const HEAD: usize = 64;

struct Axis {
    /// Namespace and name of each row; without a namespace it is outside.
    names: Vec<(String, String)>,
    of_workload: BTreeMap<String, usize>,
}

/// How much of a cell is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Some,
    All,
}

pub fn write(reach: &Reach<'_>, filter: &Filter, out: &mut dyn Write) -> io::Result<()> {
    let axis = Axis::new(reach);
    let mut cells: BTreeMap<(usize, usize), (Mark, String)> = BTreeMap::new();
    each(reach, filter, |flow| {
        let ends = (axis.find(&flow.from), axis.find(&flow.to));
        if ends.0 != ends.1 || !axis.is_folded(reach) {
            put(&mut cells, ends, &flow);
        }
        true
    });
    out.write_all(picture(&axis, &cells).as_bytes())
}

fn put(cells: &mut BTreeMap<(usize, usize), (Mark, String)>, at: (usize, usize), flow: &Flow) {
    let mark = if flow.allow.is_all() {
        Mark::All
    } else {
        Mark::Some
    };
    match cells.get_mut(&at) {
        None => {
            let text = format!("{} to {}: {}", flow.from, flow.to, flow.allow);
            cells.insert(at, (mark, text));
        }
        Some((is, text)) => {
            if *is != mark {
                *is = Mark::Some;
            }
            if text.len() < 400 {
                let _ = write!(text, "\n{} to {}: {}", flow.from, flow.to, flow.allow);
            }
        }
    }
}

impl Axis {
    fn new(reach: &Reach<'_>) -> Self {
        let cluster = reach.cluster;
        let is_folded = cluster.workloads.len() > WORKLOADS_MAX;
        let mut out = Self {
            names: vec![(String::new(), WORLD.to_owned())],
            of_workload: BTreeMap::new(),
        };
        if reach.has_unnamed_controller() {
            out.of_workload
                .insert(CONTROLLER.to_owned(), out.names.len());
            out.names.push((String::new(), CONTROLLER.to_owned()));
        }
        for at in 0..cluster.workloads.len() {
            let namespace = cluster.namespace_of(at).to_owned();
            let name = cluster
                .workloads
                .get(at)
                .map_or("", |it| &*it.name)
                .to_owned();
            let row = if is_folded {
                (namespace.clone(), namespace)
            } else {
                (namespace, name)
            };
            if !is_folded || out.names.last() != Some(&row) {
                out.names.push(row);
            }
            out.of_workload
                .insert(cluster.display(at), out.names.len() - 1);
        }
        out
    }

    fn is_folded(&self, reach: &Reach<'_>) -> bool {
        reach.cluster.workloads.len() > WORKLOADS_MAX && !self.names.is_empty()
    }

    /// Everything that is no workload is outside.
    fn find(&self, name: &str) -> usize {
        self.of_workload.get(name).copied().unwrap_or_default()
    }
}

fn picture(axis: &Axis, cells: &BTreeMap<(usize, usize), (Mark, String)>) -> String {
    let count = axis.names.len();
    let cell = match count {
        0..=40 => 20,
        41..=100 => 15,
        _ => 12,
    };
    let font = cell.min(14) - 2;
    let label = |(namespace, name): &(String, String)| {
        if namespace.is_empty() || namespace == name {
            name.clone()
        } else {
            format!("{namespace}/{name}")
        }
    };
    let labels: Vec<String> = axis.names.iter().map(|it| shortened(&label(it))).collect();
    let longest = labels
        .iter()
        .map(|it| it.chars().count())
        .max()
        .unwrap_or_default();
    let side = MARGIN + longest * font * 62 / 100 + 8;
    let top = HEAD + longest * font * 45 / 100 + 16;
    let (width, height) = (side + count * cell + top, top + count * cell + MARGIN);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, DejaVu Sans Mono, monospace\" font-size=\"{font}\">"
    );
    let _ = writeln!(
        out,
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    );
    let _ = writeln!(
        out,
        "<text x=\"{MARGIN}\" y=\"24\" font-size=\"15\" font-weight=\"bold\">Who can reach whom</text><text x=\"{MARGIN}\" y=\"44\" font-size=\"12\" fill=\"#444444\">row: from, column: to</text>"
    );
    let key = MARGIN + 190;
    let _ = writeln!(
        out,
        "<rect x=\"{key}\" y=\"14\" width=\"10\" height=\"10\" fill=\"#b2341f\"/><text x=\"{}\" y=\"24\" font-size=\"12\">everything</text><circle cx=\"{}\" cy=\"40\" r=\"4\" fill=\"#1f5f99\"/><text x=\"{}\" y=\"44\" font-size=\"12\">some ports (point at it)</text>",
        key + 16,
        key + 5,
        key + 16
    );
    bands(axis, side, top, cell, &mut out);
    for (at, text) in labels.iter().enumerate() {
        let (x, y) = (side + at * cell + cell / 2, top + at * cell + cell / 2);
        let text = escaped(text);
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{text}</text><text transform=\"translate({},{}) rotate(-45)\">{text}</text>",
            side - 6,
            y + font / 3,
            x + font / 3,
            top - 6
        );
    }
    for ((from, to), (mark, text)) in cells {
        let (x, y) = (side + to * cell, top + from * cell);
        let title = escaped(text);
        let _ = match mark {
            Mark::All => writeln!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#b2341f\"><title>{title}</title></rect>",
                x + 2,
                y + 2,
                cell - 4,
                cell - 4
            ),
            Mark::Some => writeln!(
                out,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"#1f5f99\"><title>{title}</title></circle>",
                x + cell / 2,
                y + cell / 2,
                cell / 4 + 1
            ),
        };
    }
    out.push_str("</svg>\n");
    out
}

/// Namespaces as bands across both ways, with lines between cells.
fn bands(axis: &Axis, side: usize, top: usize, cell: usize, out: &mut String) {
    let size = axis.names.len() * cell;
    let mut from = 0;
    for (index, group) in axis.names.chunk_by(|a, b| a.0 == b.0).enumerate() {
        let (begin, length) = (from * cell, group.len() * cell);
        from += group.len();
        let shade = if index % 2 == 0 { "#f1f4f7" } else { "#ffffff" };
        let _ = writeln!(
            out,
            "<rect x=\"{MARGIN}\" y=\"{}\" width=\"{}\" height=\"{length}\" fill=\"{shade}\"/>",
            top + begin,
            side - MARGIN + size
        );
        let _ = writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{length}\" height=\"{length}\" fill=\"#dfe7ee\"/>",
            side + begin,
            top + begin
        );
        let _ = writeln!(
            out,
            "<path d=\"M{MARGIN} {0}H{1}M{2} {3}V{4}\" stroke=\"#9aa7b3\" fill=\"none\"/>",
            top + begin,
            side + size,
            side + begin,
            top,
            top + size
        );
    }
    for at in 0..=axis.names.len() {
        let _ = writeln!(
            out,
            "<path d=\"M{0} {1}h{size}M{2} {3}v{size}\" stroke=\"#d5dbe1\" stroke-width=\"0.5\" fill=\"none\"/>",
            side,
            top + at * cell,
            side + at * cell,
            top
        );
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= NAME_MAX {
        return text.to_owned();
    }
    let kept: String = text.chars().take(NAME_MAX - 1).collect();
    format!("{kept}…")
}

fn escaped(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(plimsoll_model::text::clean).collect();
    let text = lines.join("\n");
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

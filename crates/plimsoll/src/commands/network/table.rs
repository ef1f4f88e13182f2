//! Flows for people: what is alike said once.

use std::io::{self, Write};

use plimsoll_model::text::clean;
use plimsoll_network::flows::{Flow, Folded};

/// Names of a line before the rest is counted.
const NAMES_MAX: usize = 6;

/// Folded flows, by source.
pub fn folded(flows: &[Folded], whole: bool, out: &mut dyn Write) -> io::Result<()> {
    for group in flows.chunk_by(|a, b| a.from == b.from) {
        let Some(first) = group.first() else { continue };
        writeln!(out, "{}", names(&first.from, whole))?;
        for flow in group {
            writeln!(out, "  -> {}: {}", names(&flow.to, whole), flow.allow)?;
        }
    }
    if flows.is_empty() {
        writeln!(out, "no flows")?;
    }
    Ok(())
}

fn names(list: &[String], whole: bool) -> String {
    let shown = if whole { list.len() } else { NAMES_MAX };
    let mut text = list
        .iter()
        .take(shown)
        .map(|name| clean(name).into_owned())
        .collect::<Vec<_>>()
        .join(", ");
    if list.len() > shown {
        text = format!("{text} and {} more", list.len() - shown);
    }
    text
}

/// One flow a line, behind a mark.
pub fn flow(mark: &str, flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{mark}{} -> {}: {}",
        clean(&flow.from),
        clean(&flow.to),
        flow.allow
    )
}

//! What could not be read, each reason once with its places.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use plimsoll_model::Unknown;

use crate::WriteOptions;
use crate::paint::{Look, Page};
use crate::view::{View, clean, counted};

/// Places that are named for one reason.
const PLACES_MAX: usize = 3;

/// Writes the unknowns; whether there were any.
pub fn unknowns(
    view: &View<'_>,
    options: &WriteOptions,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let mut unknowns: Vec<&Unknown> = view.report.inventory.unknowns.iter().collect();
    unknowns.sort();
    let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
    let lead = format!("{}: ", page.paint.put(Look::Yellow, "unknown"));
    for unknown in &unknowns {
        let count = by_reason.entry(&unknown.reason).or_default();
        *count += 1;
        if *count > PLACES_MAX && !options.verbose {
            continue;
        }
        let mut text = match &unknown.path {
            Some(path) => format!("{path}: {}", unknown.reason),
            None => unknown.reason.clone(),
        };
        if let Some((number, _)) = unknown.layer.as_ref().and_then(|id| view.layer_by_id(id)) {
            let _ = write!(text, " (layer {number})");
        }
        page.wrapped(out, &lead, 9, 9, &clean(&text))?;
    }
    let rest = by_reason
        .into_iter()
        .filter(|(_, count)| *count > PLACES_MAX);
    for (reason, count) in rest.filter(|_| !options.verbose) {
        let more = counted(count - PLACES_MAX, "further place", "further places");
        page.wrapped(out, &lead, 9, 9, &clean(&format!("{more}: {reason}")))?;
    }
    Ok(!unknowns.is_empty())
}

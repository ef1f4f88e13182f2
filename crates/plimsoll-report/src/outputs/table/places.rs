//! Where a group of findings is, one line a place.

use std::collections::BTreeSet;
use std::io::{self, Write};

use plimsoll_model::{Finding, Location};

use crate::WriteOptions;
use crate::paint::{Look, Page, shortened};
use crate::view::{Group, View, clean, counted, place_words};

/// Longest build step that is shown beside a layer, in characters.
const STEP_CHARS_MAX: usize = 60;
/// Most places that are shown for one group of findings.
const PLACES_MAX: usize = 4;
/// The same where each place has a subject of its own.
const SUBJECTS_MAX: usize = 8;

/// The places of a group, each once; with their subjects where there are several.
pub fn places(
    view: &View<'_>,
    options: &WriteOptions,
    group: &Group<'_>,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    let many = group.findings.len() > 1;
    let mut known = BTreeSet::new();
    let mut seen: Vec<(&Location, Option<&Finding>)> = Vec::new();
    for &finding in &group.findings {
        let apart = many && finding.subject.is_some();
        for location in view.places(finding) {
            if apart || known.insert(location) {
                seen.push((location, apart.then_some(finding)));
            }
        }
    }
    let max = match seen.first() {
        Some((_, Some(_))) if options.verbose => usize::MAX,
        // A line for a single one would save nothing.
        Some((_, Some(_))) if seen.len() == SUBJECTS_MAX + 1 => SUBJECTS_MAX + 1,
        Some((_, Some(_))) => SUBJECTS_MAX,
        _ => PLACES_MAX,
    };
    let is_shared = shared_detail(group).is_some();
    for (location, finding) in seen.iter().take(max) {
        let said = match finding {
            Some(finding) => about(finding, is_shared),
            None => layer_words(view, location),
        };
        place(location, &said, page, out)?;
    }
    let left = seen.get(max..).unwrap_or_default();
    if !left.is_empty() {
        let files: BTreeSet<&str> = left.iter().map(|(at, _)| at.path.as_str()).collect();
        let files = match left.first() {
            Some((_, Some(_))) => format!(" in {}", counted(files.len(), "file", "files")),
            _ => String::new(),
        };
        let left = counted(left.len(), "further place", "further places");
        writeln!(out, "      and {left}{files}")?;
    }
    Ok(())
}

fn place(location: &Location, said: &str, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let path = clean(&place_words(location));
    let arrow = format!("  {} {path}", page.paint.put(Look::Blue, "-->"));
    if said.is_empty() {
        return writeln!(out, "{arrow}");
    }
    let used = 6 + path.chars().count();
    let text = format!("({said})");
    if used + 1 + text.chars().count() > page.columns {
        writeln!(out, "{arrow}")?;
        page.wrapped(out, "      ", 6, 6, &text)
    } else {
        writeln!(out, "{arrow} {text}")
    }
}

/// `layer 2 of 5, base image: RUN …`, where the place is in a layer.
fn layer_words(view: &View<'_>, location: &Location) -> String {
    let Some((number, layer)) = view.layer(location) else {
        return String::new();
    };
    let mut text = format!("layer {number} of {}", view.report.inventory.layers.len());
    if layer.base {
        text.push_str(", base image");
    }
    if let Some(step) = &layer.created_by {
        text.push_str(": ");
        text.push_str(&shortened(&clean(step), STEP_CHARS_MAX));
    }
    text
}

/// What is said of every one of several subjects in the same words: once is enough.
pub fn shared_detail<'a>(group: &Group<'a>) -> Option<&'a str> {
    let (first, rest) = group.findings.split_first()?;
    let detail = first.detail.as_deref()?;
    let is_shared = rest.iter().all(|it| it.detail.as_deref() == Some(detail));
    (is_shared && !rest.is_empty()).then_some(detail)
}

/// `Deployment shop/cart, container web: /var/run/docker.sock`
fn about(finding: &Finding, is_shared: bool) -> String {
    let subject = finding.subject.as_deref().unwrap_or_default();
    match finding.detail.as_ref().filter(|_| !is_shared) {
        Some(detail) => clean(&format!("{subject}: {detail}")),
        None => clean(subject),
    }
}

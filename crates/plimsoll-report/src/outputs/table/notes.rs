//! What the policy does not mind: one line a package, or a line for each thing that is wrong with
//! what is in no package.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_model::Finding;

use super::fold;
use super::words::{counts_by_severity, ids_words};
use crate::paint::{Look, Page};
use crate::view::{Group, Level, View, clean, named, place_words};

/// Places that are named on the line of a check.
const PLACES_MAX: usize = 2;

/// Writes the lines; returns their number.
pub fn notes(view: &View<'_>, page: Page, out: &mut dyn Write) -> io::Result<usize> {
    Ok(packages(view, page, out)? + checks(view, page, out)?)
}

fn packages(view: &View<'_>, page: Page, out: &mut dyn Write) -> io::Result<usize> {
    let mut lines = 0;
    for (package, findings) in view.by_package() {
        let notes: Vec<&Finding> = findings
            .into_iter()
            .filter(|finding| view.level(finding) == Level::Note)
            .filter(|finding| package.is_some() || finding.subject.is_none())
            .collect();
        let mut subjects: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
        for finding in notes {
            // What is in no package is in a file.
            let subject = match (package, view.place(finding)) {
                (Some((_, package)), _) => named(package),
                (None, Some(place)) => place.path.clone(),
                (None, None) => "the target as a whole".to_owned(),
            };
            subjects.entry(subject).or_default().push(finding);
        }
        lines += subjects.len();
        for (subject, notes) in &subjects {
            let (subject, counts) = (clean(subject), counts_by_severity(notes).join(", "));
            let text = format!("{subject}: {counts} ({})", ids_words(notes));
            let lead = format!("{}: ", page.paint.put(Look::Blue, "note"));
            page.wrapped(out, &lead, 6, 6, &text)?;
        }
    }
    Ok(lines)
}

/// `note[ID]: what is wrong, medium, at PATH:1:2, PATH:3:4 and 12 further places`
fn checks(view: &View<'_>, page: Page, out: &mut dyn Write) -> io::Result<usize> {
    let groups: Vec<Group<'_>> = fold::alike(view.groups())
        .into_iter()
        .filter(|group| group.level == Level::Note)
        .filter(|group| fold::is_apart(group))
        .collect();
    for group in &groups {
        let Some(first) = group.first() else {
            continue;
        };
        let alone = group.findings.len() == 1;
        let what = clean(if alone { &first.title } else { first.what() });
        let mut places: Vec<String> = group
            .findings
            .iter()
            .filter_map(|finding| view.place(finding))
            .map(|place| clean(&place_words(place)))
            .collect();
        let left = places.len().saturating_sub(PLACES_MAX);
        // Naming it takes no more room than counting it.
        if left > 1 {
            places.truncate(PLACES_MAX);
        }
        let mut text = format!("{what}, {}", first.severity.as_str());
        if !places.is_empty() {
            text = format!("{text}, at {}", places.join(", "));
        }
        if left > 1 {
            text = format!("{text} and {left} further places");
        }
        let lead = format!("note[{}]", clean(&first.id));
        let painted = format!("{}: ", page.paint.put(Look::Blue, &lead));
        page.wrapped(out, &painted, lead.chars().count() + 2, 6, &text)?;
    }
    Ok(groups.len())
}

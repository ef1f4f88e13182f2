//! Which findings of a package are shown in full, and the line that stands for the rest.
//!
//! A kernel or a browser has hundreds of findings that one upgrade mends: three of them in full and
//! a line that names the rest say as much as three hundred blocks. What is known to be exploited is
//! never folded.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::words::{counts_by_severity, ids_words, subject};
use crate::paint::Page;
use crate::view::{Group, View, clean, fix_words};

/// Groups of one package that are shown in full.
const FULL_MAX: usize = 3;
/// Fixes that are named on the line for the rest.
const FIXES_MAX: usize = 3;

/// Whether it is about something that is no package and has a name.
pub fn is_apart(group: &Group<'_>) -> bool {
    let first = group.first();
    first.is_some_and(|first| first.package.is_none() && first.subject.is_some())
}

/// Puts together what is wrong in the same way with several things that are no packages: one
/// explanation for all of them, in the order in which each first appears.
pub fn alike<'a>(groups: Vec<Group<'a>>) -> Vec<Group<'a>> {
    let mut all: Vec<Group<'a>> = Vec::new();
    let mut known = BTreeMap::new();
    for group in groups {
        let key = group.first().filter(|_| is_apart(&group)).map(|first| {
            let by = first.excepted.as_ref().map(|excepted| &excepted.by);
            let mend = first.mend.as_ref();
            (
                &first.id,
                first.severity,
                group.level,
                by,
                first.what(),
                mend,
            )
        });
        let index = match key {
            Some(key) => *known.entry(key).or_insert(all.len()),
            None => all.len(),
        };
        match all.get_mut(index) {
            Some(one) => one.findings.extend(group.findings),
            None => all.push(group),
        }
    }
    all
}

/// What was found in one package, or what stands alone.
pub struct Section<'g, 'a> {
    pub full: Vec<&'g Group<'a>>,
    pub folded: Vec<&'g Group<'a>>,
}

/// Groups by package, in the order in which each package first appears: worst first.
pub fn sections<'g, 'a>(
    view: &View<'a>,
    groups: impl Iterator<Item = &'g Group<'a>>,
) -> Vec<Section<'g, 'a>> {
    let mut sections: Vec<Vec<&Group<'_>>> = Vec::new();
    let mut known = BTreeMap::new();
    for group in groups {
        let package = group
            .first()
            .and_then(|first| view.report.package_of(first));
        let key = package.map(|package| {
            let source = package.source.as_ref();
            let name = source.map_or_else(|| package.qualified_name(), |s| s.name.clone());
            let layer = package.locations.first().and_then(|at| at.layer.as_ref());
            (package.ecosystem.as_str(), name, &package.version, layer)
        });
        let index = match key {
            Some(key) => *known.entry(key).or_insert(sections.len()),
            None => sections.len(),
        };
        match sections.get_mut(index) {
            Some(section) => section.push(group),
            None => sections.push(vec![group]),
        }
    }
    sections.into_iter().map(split).collect()
}

fn split<'g, 'a>(groups: Vec<&'g Group<'a>>) -> Section<'g, 'a> {
    let (mut full, mut folded) = (Vec::new(), Vec::new());
    for group in groups {
        let exploited = group.findings.iter().any(|finding| finding.known_exploited);
        if full.len() < FULL_MAX || exploited {
            full.push(group);
        } else {
            folded.push(group);
        }
    }
    // A line for a single one would save nothing.
    if folded.len() == 1 {
        full.append(&mut folded);
    }
    Section { full, folded }
}

/// `error: linux 6.1.187-1, 31 more: 27 high, 4 medium, fixed in 6.1.192-1 (CVE-…, and 28 more)`
pub fn rest(
    view: &View<'_>,
    groups: &[&Group<'_>],
    page: Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(worst) = groups.iter().max_by_key(|group| group.level) else {
        return Ok(());
    };
    let firsts: Vec<_> = groups.iter().filter_map(|group| group.first()).collect();
    let counts = counts_by_severity(&firsts).join(", ");
    let mut fixes: Vec<String> = Vec::new();
    for words in firsts.iter().filter_map(|finding| fix_words(finding)) {
        let words = words.strip_prefix("fixed in ").unwrap_or(&words).to_owned();
        if !fixes.contains(&words) {
            fixes.push(words);
        }
    }
    let more = fixes.len().saturating_sub(FIXES_MAX);
    fixes.truncate(FIXES_MAX);
    let mut fixed = clean(&fixes.join("; "));
    if more > 0 {
        fixed.push_str(" …");
    }
    let mut text = subject(view, worst).unwrap_or_default();
    text = format!("{text}, {} more: {counts}", groups.len());
    if !fixed.is_empty() {
        text = format!("{text}; fixed in: {fixed}");
    }
    text = format!("{text} ({})", ids_words(&firsts));
    let word = worst.level.as_str();
    let lead = format!("{}: ", page.paint.put(worst.level.look(), word));
    page.wrapped(out, &lead, word.len() + 2, 4, &text)
}

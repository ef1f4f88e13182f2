//! Findings and packages of others, as blocks and lines.

use std::io::{self, Write};

use plimsoll_model::Finding;

use super::words::subject;
use super::{fold, notes, places};
use crate::WriteOptions;
use crate::paint::Page;
use crate::view::{Group, Level, View, clean, counted, fix_words, named};

/// Writes the findings; whether there was anything to say.
pub fn findings(
    view: &View<'_>,
    options: &WriteOptions,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let groups = fold::alike(view.groups());
    let minded = |group: &&Group<'_>| options.verbose || group.level >= Level::Warning;
    let mut left = options.findings_max.unwrap_or(usize::MAX);
    let mut is_folded = false;
    let mut hidden = 0;
    for section in fold::sections(view, groups.iter().filter(minded)) {
        let (full, folded) = if options.verbose {
            ([section.full, section.folded].concat(), Vec::new())
        } else {
            (section.full, section.folded)
        };
        for group in full {
            if left > 0 {
                left -= 1;
                finding(view, options, group, page, out)?;
            } else {
                hidden += 1;
            }
        }
        if left > 0 {
            is_folded |= !folded.is_empty();
            fold::rest(view, &folded, page, out)?;
        } else {
            hidden += folded.len();
        }
    }
    if hidden > 0 {
        let text = counted(
            hidden,
            "further finding like these",
            "further findings like these",
        );
        writeln!(out, "note: {text} not shown")?;
    }
    if is_folded {
        let text = "`--verbose` shows each finding in full, `advise` the upgrades that mend them";
        page.wrapped(out, "note: ", 6, 6, text)?;
    }
    let lines = if options.verbose {
        0
    } else {
        notes::notes(view, page, out)?
    };
    Ok(lines > 0 || groups.iter().any(|group| minded(&group)))
}

/// One group of findings as a block.
fn finding(
    view: &View<'_>,
    options: &WriteOptions,
    group: &Group<'_>,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(first) = group.first() else {
        return Ok(());
    };
    let lead = format!("{}[{}]", group.level.as_str(), clean(&first.id));
    let painted = format!("{}: ", page.paint.put(group.level.look(), &lead));
    let what = match subject(view, group) {
        // A title that only says the package once more adds nothing.
        Some(subject) if is_bare(view, first) => subject,
        Some(subject) => format!("{subject}, {}", clean(&first.title)),
        None if group.findings.len() > 1 => match places::shared_detail(group) {
            Some(detail) => clean(&format!("{} ({detail})", first.what())),
            None => clean(first.what()),
        },
        None => clean(&first.title),
    };
    page.wrapped(out, &painted, lead.chars().count() + 2, 4, &what)?;
    places::places(view, options, group, page, out)?;
    page.facts(out, &facts(first))?;
    for how in first
        .how
        .iter()
        .chain(first.also.iter().filter(|_| options.verbose))
    {
        let parts = [
            how.compared.clone(),
            Some(how.range.clone()).filter(|range| !range.is_empty()),
            Some(match &how.record {
                Some(record) => format!("{} {record}", how.source),
                None => how.source.clone(),
            }),
            how.scope.clone(),
            Some(format!("order of {}", how.scheme)).filter(|_| !how.scheme.is_empty()),
        ];
        let text: Vec<String> = parts
            .into_iter()
            .flatten()
            .map(|part| clean(&part))
            .collect();
        page.wrapped(out, "   = how: ", 10, 10, &text.join(", "))?;
    }
    if let Some(mend) = &first.mend {
        page.wrapped(out, "   = mend: ", 11, 11, &clean(mend))?;
    }
    if let Some(excepted) = &first.excepted {
        let parts = [
            Some(excepted.by.clone()),
            excepted
                .owner
                .as_ref()
                .map(|owner| format!("owner {owner}")),
            excepted.expires.map(|day| format!("until {day}")),
            excepted.reason.clone(),
        ];
        let text: Vec<String> = parts
            .into_iter()
            .flatten()
            .map(|part| clean(&part))
            .collect();
        page.wrapped(out, "   = excepted by: ", 18, 18, &text.join(", "))?;
    }
    Ok(())
}

/// Whether the title says no more than which package it is and which version mends it.
fn is_bare(view: &View<'_>, finding: &Finding) -> bool {
    let Some(package) = view.report.package_of(finding) else {
        return false;
    };
    let name = package.qualified_name();
    let fixed = finding.fix.as_ref().and_then(|fix| fix.versions.first());
    finding.title == name || fixed.is_some_and(|v| finding.title == format!("{name} before {v}"))
}

fn facts(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(fix) = fix_words(finding) {
        match fix.strip_prefix("fixed in ") {
            Some(versions) => facts.push(("fixed in", clean(versions))),
            None => facts.push(("fix", clean(&fix))),
        }
    }
    let severity = finding.severity.as_str();
    facts.push((
        "severity",
        match &finding.vendor_severity {
            Some(word) if !word.eq_ignore_ascii_case(severity) => {
                format!("{severity} (vendor: {})", clean(word))
            }
            _ => severity.to_owned(),
        },
    ));
    if finding.known_exploited {
        facts.push(("known exploited", "yes".to_owned()));
    }
    if let Some(score) = finding.cvss_score() {
        facts.push(("cvss", format!("{score:.1}")));
    }
    if let Some(epss) = finding.epss {
        facts.push(("epss", format!("{:.1} %", epss * 100.0)));
    }
    facts
}

/// Language packages that came with packages of the operating system, where all is shown.
pub fn owned(
    view: &View<'_>,
    options: &WriteOptions,
    page: Page,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let inventory = &view.report.inventory;
    if !options.verbose || inventory.owned.is_empty() {
        return Ok(false);
    }
    for owned in &inventory.owned {
        let owner = inventory
            .package(owned.owner)
            .map_or_else(|| owned.owner.to_string(), named);
        let text = format!(
            "{} {} belongs to {owner}",
            owned.package.ecosystem,
            named(&owned.package)
        );
        page.wrapped(out, "owned: ", 7, 7, &clean(&text))?;
    }
    Ok(true)
}

//! The verdict's reasons, and the findings by package.

use std::collections::BTreeMap;

use maud::{Markup, html};
use plimsoll_model::{Finding, FixState, How, Location, Severity, Verdict};

use super::bar::word;
use crate::view::{
    Level, PackageFindings, View, clean, counted, fix_words, id_link, named, place_words,
};

/// Most packages that are shown unfolded.
const OPEN_MAX: usize = 12;

/// Places that are named for one package or finding.
const PLACES_MAX: usize = 10;

/// Findings of one package that are shown before the rest is folded.
const SHOWN_MAX: usize = 20;

/// Rules with what they applied to, then remarks about the policy.
pub fn reasons(view: &View<'_>, verdict: &Verdict) -> Markup {
    let mut order = Vec::new();
    let mut rules: BTreeMap<(&str, &str), Vec<&plimsoll_model::Reason>> = BTreeMap::new();
    for reason in &verdict.reasons {
        let key = (reason.mode.as_str(), reason.rule.as_str());
        let list = rules.entry(key).or_default();
        if list.is_empty() {
            order.push(key);
        }
        list.push(reason);
    }
    let known: BTreeMap<&str, &Finding> = view
        .report
        .findings
        .iter()
        .map(|finding| (finding.fingerprint.as_str(), finding))
        .collect();
    html! {
        @if !order.is_empty() {
            ul.reasons {
                @for key in &order {
                    @let list = rules.get(key).map_or(&[][..], Vec::as_slice);
                    li class=(key.0) {
                        span.mode { (key.0) } " " b { (clean(key.1)) }
                        @if let [only] = list { ": " (clean(&only.message)) }
                        @else {
                            ": " (counted(list.len(), "time", "times"))
                            @for reason in list.iter().take(5) {
                                @if let Some(finding) = reason.finding.as_deref()
                                    .and_then(|id| known.get(id)) {
                                    " · " a href={ "#" (anchor(finding)) } { (clean(&finding.id)) }
                                }
                            }
                            @if list.len() > 5 { " …" }
                        }
                    }
                }
            }
        }
        @if !verdict.notes.is_empty() {
            ul.notes { @for note in &verdict.notes { li { (clean(note)) } } }
        }
    }
}

/// A finding's place on the page.
fn anchor(finding: &Finding) -> String {
    let safe = finding.fingerprint.chars();
    let safe: String = safe
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    format!("f-{safe}")
}

pub fn section(view: &View<'_>) -> Markup {
    let groups = view.by_package();
    let minded = |findings: &[&Finding]| {
        findings
            .iter()
            .any(|finding| view.level(finding) >= Level::Warning)
    };
    html! {
        @if !groups.is_empty() {
            section #findings {
                h2 { "Findings" }
                div.filter hidden {
                    input type="search" placeholder="package, id, path …" aria-label="Filter findings";
                    @for severity in Severity::WORST_FIRST {
                        label { input type="checkbox" checked value=(severity.as_str()); (word(severity)) }
                    }
                    span.shown aria-live="polite" {}
                }
                @for (number, group) in groups.iter().enumerate() {
                    (package(view, group, number < OPEN_MAX && minded(&group.1)))
                }
            }
        }
    }
}

fn package(view: &View<'_>, (package, findings): &PackageFindings<'_>, open: bool) -> Markup {
    let fixed: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.excepted.is_none())
        .filter_map(|finding| finding.fix.as_ref())
        .filter(|fix| fix.state == FixState::Fixed)
        .filter_map(|fix| fix.versions.first().map(String::as_str))
        .collect();
    html! {
        details.package open[open] {
            summary {
                @match package {
                    Some((_, package)) => {
                        span.type { (package.ecosystem) } " "
                        b { (clean(&package.qualified_name())) } " " code { (clean(&package.version)) }
                    }
                    None => b { "The target itself" }
                }
                span.chips {
                    @for severity in Severity::WORST_FIRST {
                        @let count = findings.iter()
                            .filter(|f| f.severity == severity && f.excepted.is_none()).count();
                        @if count > 0 {
                            span class={ "chip " (severity.as_str()) } { (count) " " (word(severity)) }
                        }
                    }
                    @let excepted = findings.iter().filter(|f| f.excepted.is_some()).count();
                    @if excepted > 0 { span.chip.excepted { (excepted) " excepted" } }
                    @if !fixed.is_empty() {
                        span.chip.fix { (counted(fixed.len(), "fix", "fixes")) " available" }
                    }
                }
            }
            @if let Some((_, package)) = package {
                p.purl { code { (clean(package.purl.as_str())) } }
                // Findings that have no place of their own are where their package is.
                @if findings.iter().any(|finding| finding.locations.is_empty()) {
                    dl.evidence { (places(view, &package.locations)) }
                }
            }
            @let (shown, folded) = findings.split_at(findings.len().min(SHOWN_MAX));
            @for finding in shown { (article(view, finding)) }
            @if !folded.is_empty() {
                details.more {
                    summary { (counted(folded.len(), "further finding", "further findings")) }
                    @for finding in folded { (article(view, finding)) }
                }
            }
        }
    }
}

fn article(view: &View<'_>, finding: &Finding) -> Markup {
    let level = view.level(finding);
    let id = clean(&finding.id);
    html! {
        article #(anchor(finding)) class=(level.as_str()) data-severity=(finding.severity.as_str()) {
            h3 {
                span class={ "chip " (finding.severity.as_str()) } { (word(finding.severity)) }
                " "
                @match id_link(&finding.id) {
                    Some(link) => a href=(link) rel="noreferrer noopener" { (id) },
                    None => (id),
                }
                " " span.title { (clean(&finding.title)) }
            }
            @let facts = facts(finding);
            @if !facts.is_empty() {
                p.facts { @for (class, fact) in &facts { span class=(class) { (clean(fact)) } } }
            }
            @if let Some(mend) = &finding.mend { p.mend { (clean(mend)) } }
            (excepted(finding))
            (evidence(view, finding))
        }
    }
}

/// Short facts, each with the class of its look.
fn facts(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if finding.known_exploited {
        facts.push(("fact exploited", "known to be exploited".to_owned()));
    }
    if let Some(words) = fix_words(finding) {
        let available = finding.fix.as_ref().and_then(|fix| fix.available);
        facts.push(match available {
            Some(day) => ("fact", format!("{words} since {day}")),
            None => ("fact", words),
        });
    }
    if let Some(score) = finding.cvss_score() {
        facts.push(("fact", format!("CVSS {score:.1}")));
    }
    if let Some(epss) = finding.epss {
        facts.push(("fact", format!("EPSS {:.1} %", epss * 100.0)));
    }
    if let Some(word) = &finding.vendor_severity {
        facts.push(("fact", format!("vendor: {word}")));
    }
    if !finding.aliases.is_empty() {
        facts.push(("fact", finding.aliases.join(", ")));
    }
    if !finding.weaknesses.is_empty() {
        facts.push(("fact", finding.weaknesses.join(", ")));
    }
    facts
}

fn excepted(finding: &Finding) -> Markup {
    html! {
        @if let Some(excepted) = &finding.excepted {
            p.exception {
                @if let Some(status) = excepted.vex {
                    "Stated as " b { (status.as_str().replace('_', " ")) } " by "
                } @else { "Excepted by " }
                code { (clean(&excepted.by)) }
                @if let Some(owner) = &excepted.owner { ", owner " b { (clean(owner)) } }
                @if let Some(day) = excepted.expires { ", until " b { (day) } }
                @if let Some(reason) = &excepted.reason { ": " (clean(reason)) }
            }
        }
    }
}

fn places(view: &View<'_>, locations: &[Location]) -> Markup {
    let total = view.report.inventory.layers.len();
    html! {
        @for location in locations.iter().take(PLACES_MAX) {
            div {
                dt { "Where" }
                dd {
                    code { (clean(&place_words(location))) }
                    @if let Some((number, layer)) = view.layer(location) {
                        " layer " (number) " of " (total)
                        @if layer.base { ", base image" }
                        @if let Some(step) = &layer.created_by { ", " code.step { (clean(step)) } }
                    }
                }
            }
        }
        @if locations.len() > PLACES_MAX {
            div {
                dt {}
                dd { "and " (counted(locations.len() - PLACES_MAX, "further place", "further places")) }
            }
        }
    }
}

/// Where it lies, if not where its package is, and how it is known.
fn evidence(view: &View<'_>, finding: &Finding) -> Markup {
    html! {
        dl.evidence {
            (places(view, &finding.locations))
            @for how in finding.how.iter().chain(&finding.also) {
                div { dt { "How" } dd { (clean(&how_words(how))) } }
            }
            @for cvss in &finding.cvss {
                div {
                    dt { "CVSS " (clean(&cvss.version)) }
                    dd {
                        code { (clean(&cvss.vector)) }
                        @if let Some(source) = &cvss.source { " by " (clean(source)) }
                    }
                }
            }
        }
    }
}

fn how_words(how: &How) -> String {
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
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The package's name and version, for tables.
pub fn package_words(package: &plimsoll_model::Package) -> String {
    clean(&named(package))
}

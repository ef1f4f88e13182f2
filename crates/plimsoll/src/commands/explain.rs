//! `explain`: what an id means here.

use std::fmt::Write as _;

use plimsoll_model::Report;
use plimsoll_model::text::clean;
use plimsoll_vuln::{Affected, Database, Range, SCHEMES, SOURCES, Status, database::Vulnerability};

use crate::cli::ExplainArgs;
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::session::Session;
use crate::{database, input, outputs};

/// Scopes listed before the rest is counted, unless `--verbose`.
const SCOPES_SHOWN: usize = 12;

pub fn run(session: &Session, arguments: &ExplainArgs) -> Result<u8, Failure> {
    let id = arguments.id.as_str();
    let mut text = String::new();
    explain_listed(id, &mut text);
    if let Some(path) = &arguments.report {
        explain_findings(id, &input::read_report(path)?, &mut text);
    }
    if text.is_empty() || looks_like_advisory(id) {
        let open = database::open(&session.configuration)?;
        explain_vulnerability(session, id, &open.database, &mut text)?;
    }
    if text.is_empty() {
        return Err(Failure::new(format!("failed to find `{id}`")).hint(
            "it is no id of a check, an exposure, a risk of access, a runtime rule, a vulnerability in the \
             database, a cataloger, a source, a scheme or a format; `plimsoll db status` tells what the database covers",
        ));
    }
    outputs::print(&text)?;
    Ok(EXIT_ALLOWED)
}

fn looks_like_advisory(id: &str) -> bool {
    id.contains('-') && id.bytes().any(|byte| byte.is_ascii_digit())
}

/// Ids of the written-out lists.
fn explain_listed(id: &str, text: &mut String) {
    for check in plimsoll_check::CHECKS
        .iter()
        .filter(|check| check.id == id || check.aliases.contains(&id))
    {
        say_check(check, text);
    }
    for exposure in plimsoll_network::open::EXPOSURES
        .iter()
        .filter(|exposure| exposure.id == id)
    {
        let _ = writeln!(
            text,
            "{}: {} ({}, told by `network open`)\n\n{}\n\nMend: {}",
            exposure.id, exposure.title, exposure.severity, exposure.why, exposure.mend,
        );
    }
    for risk in plimsoll_access::RISKS.iter().filter(|risk| risk.id == id) {
        let _ = writeln!(
            text,
            "{}: {} ({}, told by `access risks`)\n\n{}\n\nMend: {}",
            risk.id, risk.title, risk.severity, risk.why, risk.mend,
        );
        if !risk.answers.is_empty() {
            let _ = writeln!(text, "\nAnswers: {}", risk.answers.join(", "));
        }
    }
    if let Some(rule) = plimsoll_behavior::own::find(id) {
        say_rule(rule, text);
    }
    let mut say = |what: &str, describe: &str| {
        let _ = writeln!(text, "{id} is {what}: {describe}");
    };
    for cataloger in plimsoll_scan::catalogers::CATALOGERS
        .iter()
        .filter(|c| c.id() == id)
    {
        say("a cataloger", cataloger.describe());
    }
    for source in SOURCES.iter().filter(|source| source.id() == id) {
        say("an advisory source", source.describe());
    }
    for scheme in SCHEMES.iter().filter(|scheme| scheme.id() == id) {
        say("a version scheme", scheme.describe());
    }
    for format in plimsoll_report::OUTPUTS
        .iter()
        .filter(|format| format.id() == id)
    {
        say("an output format", format.describe());
    }
}

fn say_check(check: &plimsoll_check::Check, text: &mut String) {
    let indented = |example: &str| {
        let lines: Vec<String> = example.lines().map(|line| format!("    {line}")).collect();
        lines.join("\n")
    };
    let _ = writeln!(
        text,
        "{}: {} ({}, told to a {} person and those after it)\n\n{}\n\nMend: {}\n\nBad:\n{}\n\nGood:\n{}",
        check.id,
        check.title,
        check.severity,
        check.persona,
        check.why,
        check.mend,
        indented(check.bad),
        indented(check.good),
    );
    for (word, list) in [("Answers", check.answers), ("Elsewhere", check.aliases)] {
        if !list.is_empty() {
            let _ = writeln!(text, "\n{word}: {}", list.join(", "));
        }
    }
}

fn say_rule(rule: &plimsoll_behavior::own::OwnRule, text: &mut String) {
    let set = if rule.enabled {
        "in the default set"
    } else {
        "not in the default set"
    };
    let techniques: Vec<&str> = rule.techniques().collect();
    let _ = writeln!(
        text,
        "{}: {} (rule of `watch`, {}, {set})\n\n{}\n\n{}\n\nFires: {}\nDoes not: {}\n\nMend: {}\n\nAnswers: {}",
        rule.id,
        rule.name,
        rule.priority.to_lowercase(),
        rule.desc,
        rule.why,
        rule.fires,
        rule.quiet,
        rule.mend,
        techniques.join(", "),
    );
    if rule.shown != "container" {
        let _ = writeln!(text, "\nShown on {}", rule.shown);
    }
}

/// What the id means in a stored report.
fn explain_findings(id: &str, report: &Report, text: &mut String) {
    for finding in report
        .findings
        .iter()
        .filter(|finding| finding.is_called(id))
    {
        let package = report.package_of(finding);
        let _ = writeln!(
            text,
            "in {}: {} {} ({})",
            clean(&report.inventory.target.name),
            package.map_or_else(String::new, |p| clean(&p.qualified_name()).into_owned()),
            package.map_or_else(String::new, |p| clean(&p.version).into_owned()),
            finding.severity
        );
        for place in &finding.locations {
            let _ = writeln!(text, "  at {}", clean(&place.path));
            let layer = place.layer.as_ref().and_then(|id| {
                report
                    .inventory
                    .layers
                    .iter()
                    .find(|layer| layer.diff_id == *id)
            });
            if let Some(layer) = layer {
                let base = if layer.base { " of the base image" } else { "" };
                let step = layer.created_by.as_deref().unwrap_or("step not recorded");
                let _ = writeln!(
                    text,
                    "    layer {}{base}: {}",
                    layer.diff_id.short(),
                    clean(step)
                );
            }
        }
        for how in finding.how.iter().chain(&finding.also) {
            let _ = writeln!(
                text,
                "  known from {}: {} {} by {}{}",
                clean(&how.source),
                clean(how.compared.as_deref().unwrap_or("version")),
                clean(&how.range),
                clean(&how.scheme),
                how.scope
                    .as_deref()
                    .map(|scope| format!(" in {}", clean(scope)))
                    .unwrap_or_default()
            );
        }
        if let Some(mend) = &finding.mend {
            let _ = writeln!(text, "  mend: {}", clean(mend));
        }
        if let Some(excepted) = &finding.excepted {
            let _ = writeln!(text, "  excepted by {}", clean(&excepted.by));
        }
        text.push('\n');
    }
}

fn explain_vulnerability(
    session: &Session,
    id: &str,
    database: &Database,
    text: &mut String,
) -> Result<(), Failure> {
    let found = database.vulnerability(id).map_err(|error| {
        Failure::new(format!("failed to look up {id}: {error}")).hint(error.hint())
    })?;
    for vulnerability in found {
        describe(session, &vulnerability, text);
    }
    Ok(())
}

fn describe(session: &Session, vulnerability: &Vulnerability, text: &mut String) {
    let _ = writeln!(text, "{}", clean(&vulnerability.id));
    if !vulnerability.aliases.is_empty() {
        let _ = writeln!(
            text,
            "  also called {}",
            clean(&vulnerability.aliases.join(", "))
        );
    }
    if let Some(severity) = vulnerability.severity() {
        let _ = writeln!(text, "  severity {severity}");
    }
    if vulnerability.is_void() {
        let _ = writeln!(text, "  withdrawn or rejected: never becomes a finding");
    }
    if let Some(known) = &vulnerability.enrichment {
        if let Some(day) = known.known_exploited {
            let _ = writeln!(text, "  known exploited since {day} (CISA)");
        }
        if let Some(epss) = known.epss {
            let _ = writeln!(
                text,
                "  probability of exploitation in 30 days {:.1} %",
                epss * 100.0
            );
        }
        for cvss in &known.cvss {
            let _ = writeln!(text, "  {}", clean(&cvss.vector));
        }
        if !known.weaknesses.is_empty() {
            let _ = writeln!(text, "  weaknesses {}", clean(&known.weaknesses.join(", ")));
        }
    }
    for sourced in &vulnerability.records {
        let record = &sourced.record;
        let withdrawn = if record.withdrawn.is_some() {
            ", withdrawn"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "  {} says ({}{withdrawn}):",
            clean(&sourced.source),
            clean(&record.id)
        );
        if let Some(summary) = &record.summary {
            let _ = writeln!(text, "    {}", clean(summary));
        }
        let shown = if session.configuration.verbose {
            record.affected.len()
        } else {
            SCOPES_SHOWN
        };
        for affected in record.affected.iter().take(shown) {
            let _ = writeln!(text, "    {}", clean(&state(affected)));
        }
        if record.affected.len() > shown {
            let _ = writeln!(
                text,
                "    and {} more (--verbose shows all)",
                record.affected.len() - shown
            );
        }
    }
}

/// `deb:debian:12 openssl: affected < 3.0.16-1`.
fn state(affected: &Affected) -> String {
    let state = match affected.status {
        Status::Affected => "affected",
        Status::NotAffected => "not affected",
        Status::WontFix => "affected, will not be fixed",
        Status::UnderInvestigation => "under investigation",
        Status::EndOfLife => "end of life",
    };
    let mut ranges: Vec<String> = affected.ranges.iter().map(range).collect();
    ranges.extend(
        affected
            .versions
            .iter()
            .map(|version| format!("= {version}")),
    );
    let ranges = match (affected.status, ranges.is_empty()) {
        (Status::NotAffected, _) => String::new(),
        (_, true) => " (every version)".to_owned(),
        (_, false) => format!(" {}", ranges.join(" or ")),
    };
    format!("{} {}: {state}{ranges}", affected.scope, affected.package)
}

fn range(range: &Range) -> String {
    let mut parts = Vec::new();
    if let Some(introduced) = &range.introduced {
        parts.push(format!(">= {introduced}"));
    }
    if let Some(after) = &range.after {
        parts.push(format!("> {after}"));
    }
    if let Some(fixed) = &range.fixed {
        parts.push(format!("< {fixed}"));
    }
    if let Some(last) = &range.last_affected {
        parts.push(format!("<= {last}"));
    }
    if parts.is_empty() {
        "every version".to_owned()
    } else {
        parts.join(", ")
    }
}

//! GitLab's container scanning report, schema 15.0.7.
//!
//! The format knows vulnerabilities of packages only: other kinds of finding, what is excepted and
//! what could not be read are said as messages of the scan, so that nothing is left out in silence.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_model::{Cvss, Finding, FindingKind, Package, Report, Severity};
use serde::Serialize;

use crate::view::{View, clean, counted, fix_words, id_link, place_words};
use crate::{OutputFormat, WriteError, WriteOptions, identity};

mod cvss;
mod form;

use form::{
    Analyzer, CvssVector, Dependency, Detail, Document, Identifier, Link, Location, Message, Named,
    Scan, Vendor, Vulnerability,
};

pub struct GitLab;

impl OutputFormat for GitLab {
    fn id(&self) -> &'static str {
        "gitlab"
    }

    fn describe(&self) -> &'static str {
        "GitLab's container scanning report, schema 15"
    }

    fn mime(&self) -> &'static str {
        "application/json"
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        let mut json = crate::json::serializer(&mut out);
        document(&View::new(report), options)
            .serialize(&mut json)
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

/// Longest name, in characters, by the schema.
const NAME_CHARS_MAX: usize = 255;
/// Longest solution, in characters, by the schema.
const SOLUTION_CHARS_MAX: usize = 7_000;
/// Most CVSS vectors of a vulnerability, by the schema.
const VECTORS_MAX: usize = 10;

fn document<'a>(view: &View<'a>, options: &WriteOptions) -> Document<'a> {
    let report = view.report;
    // The schema wants no zone letter.
    let time = options.created_or_epoch().trim_end_matches('Z').to_owned();
    let tool = || Analyzer {
        id: &report.tool.name,
        name: &report.tool.name,
        version: &report.tool.version,
        vendor: Vendor {
            name: &report.tool.name,
        },
    };
    Document {
        version: "15.0.7",
        scan: Scan {
            analyzer: tool(),
            scanner: tool(),
            kind: "container_scanning",
            status: "success",
            start_time: time.clone(),
            end_time: time,
            messages: messages(view),
        },
        vulnerabilities: view
            .open()
            .filter_map(|finding| Some((finding, stated(report, finding)?)))
            .map(|(finding, package)| vulnerability(view, finding, package))
            .collect(),
    }
}

/// The package, where the format can say the finding.
fn stated<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Package> {
    let package = report.package_of(finding)?;
    (finding.kind == FindingKind::Vulnerability).then_some(package)
}

fn messages(view: &View<'_>) -> Vec<Message> {
    let mut said = Vec::new();
    let mut say = |level, value: String| said.push(Message { level, value });
    let other = view
        .open()
        .filter(|finding| stated(view.report, finding).is_none())
        .count();
    if other > 0 {
        let text = counted(other, "finding", "findings");
        say(
            "warn",
            format!("{text} of other kinds cannot be said in this format"),
        );
    }
    let excepted = view.excepted().count();
    if excepted > 0 {
        let text = counted(excepted, "finding", "findings");
        say("info", format!("{text} excepted by the policy or by VEX"));
    }
    for unknown in &view.report.inventory.unknowns {
        let text = match &unknown.path {
            Some(path) => format!("{path}: {}", unknown.reason),
            None => unknown.reason.clone(),
        };
        say("warn", clean(&text));
    }
    if let Some(verdict) = &view.report.verdict {
        let text = format!(
            "verdict {} by policy {}",
            verdict.outcome.as_str(),
            verdict.policy
        );
        say("info", clean(&text));
    }
    said
}

fn vulnerability<'a>(
    view: &View<'a>,
    finding: &'a Finding,
    package: &'a Package,
) -> Vulnerability<'a> {
    let target = &view.report.inventory.target;
    let solution = finding.mend.clone().or_else(|| fix_words(finding));
    Vulnerability {
        id: identity::uuid_of(finding.fingerprint.as_bytes()),
        name: Some(cut(&clean(&finding.title), NAME_CHARS_MAX)).filter(|name| !name.is_empty()),
        description: clean(&finding.title),
        severity: match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Negligible => "Info",
            Severity::Unknown => "Unknown",
        },
        solution: solution.map(|text| cut(&clean(&text), SOLUTION_CHARS_MAX)),
        identifiers: [&finding.id]
            .into_iter()
            .chain(&finding.aliases)
            .chain(&finding.weaknesses)
            .filter(|id| !id.is_empty())
            .map(|id| identifier(id))
            .collect(),
        cvss_vectors: finding
            .cvss
            .iter()
            .filter_map(vector)
            .take(VECTORS_MAX)
            .collect(),
        links: id_link(&finding.id)
            .map(|url| Link { url })
            .into_iter()
            .collect(),
        details: details(view, finding, package),
        location: Location {
            dependency: Dependency {
                package: Named {
                    name: package.qualified_name(),
                },
                version: &package.version,
            },
            operating_system: target.os.as_ref().map_or_else(
                || "unknown".to_owned(),
                plimsoll_model::Distribution::display,
            ),
            image: Some(target.name.as_str())
                .filter(|name| !name.is_empty())
                .unwrap_or("unknown"),
        },
    }
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

fn identifier(id: &str) -> Identifier<'_> {
    let kind = id
        .split(['-', ':'])
        .next()
        .unwrap_or(id)
        .to_ascii_lowercase();
    Identifier {
        value: match id.strip_prefix("CWE-") {
            Some(number) if !number.is_empty() => number,
            _ => id,
        },
        kind: if kind.is_empty() {
            "other".to_owned()
        } else {
            kind
        },
        name: id,
        url: id_link(id),
    }
}

/// The schema takes versions 2 and 3 only, and refuses the whole report for a malformed vector.
fn vector(rating: &Cvss) -> Option<CvssVector<'_>> {
    cvss::is_accepted(&rating.vector).then(|| CvssVector {
        vendor: rating
            .source
            .as_deref()
            .filter(|vendor| !vendor.is_empty())
            .unwrap_or("unknown"),
        vector: &rating.vector,
    })
}

/// What the format has no field for, as named texts beside the vulnerability.
fn details(
    view: &View<'_>,
    finding: &Finding,
    package: &Package,
) -> BTreeMap<&'static str, Detail> {
    let mut details = BTreeMap::new();
    let mut put = |key, name, value: String| {
        details.insert(
            key,
            Detail {
                name,
                kind: "text",
                value: clean(&value),
            },
        );
    };
    put("purl", "Package URL", package.purl.to_string());
    put("fingerprint", "Fingerprint", finding.fingerprint.clone());
    if let Some(location) = view.place(finding) {
        put("path", "Path", place_words(location));
        if let Some((number, layer)) = view.layer(location) {
            put("layer", "Layer", format!("{number}: {}", layer.diff_id));
            if let Some(step) = &layer.created_by {
                put("step", "Build step", step.clone());
            }
        }
    }
    if let Some(fix) = fix_words(finding) {
        put("fix", "Fix", fix);
    }
    if finding.known_exploited {
        put("known_exploited", "Known exploited", "yes".to_owned());
    }
    if let Some(epss) = finding.epss {
        put("epss", "EPSS", format!("{:.1} %", epss * 100.0));
    }
    if let Some(how) = &finding.how {
        put(
            "how",
            "Known by",
            format!("{}: {} ({})", how.source, how.range, how.scheme),
        );
    }
    details
}

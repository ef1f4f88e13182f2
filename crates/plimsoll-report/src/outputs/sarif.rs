//! SARIF 2.1.0, as code scanning services take it.
//!
//! One run; a rule for each id, a result for each finding. The layer and the package are logical
//! locations, the fingerprint a partial fingerprint, an exception a suppression, what could not be
//! read a notification of the tool.

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_model::{Finding, Location, Report, Severity, Unknown};
use serde::Serialize;

use crate::view::{Level, View, clean, fix_words, named, place_words};
use crate::{OutputFormat, WriteError, WriteOptions};

mod form;

use form::{
    Artifact, Driver, Invocation, Log, Logical, Message, Notification, Physical, Place, Region,
    Result_, Rule, RuleLevel, RuleProperties, Run, Suppression, Tool,
};

pub struct Sarif;

impl OutputFormat for Sarif {
    fn id(&self) -> &'static str {
        "sarif"
    }

    fn describe(&self) -> &'static str {
        "SARIF 2.1.0: findings for code scanning services"
    }

    fn mime(&self) -> &'static str {
        "application/sarif+json"
    }

    fn extension(&self) -> &'static str {
        "sarif"
    }

    fn write(
        &self,
        report: &Report,
        options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        document(&View::new(report), options, &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

fn document(view: &View<'_>, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut json = crate::json::serializer(&mut *out);
    log(view, options).serialize(&mut json)?;
    out.write_all(b"\n")
}

fn log<'a>(view: &View<'a>, options: &WriteOptions) -> Log<'a> {
    let report = view.report;
    // Findings of one id share a rule; the first speaks for it, the worst gives its severity.
    let mut numbers = BTreeMap::new();
    let mut rules: Vec<(&Finding, Severity, Option<f64>)> = Vec::new();
    for finding in &report.findings {
        let index = *numbers.entry(finding.id.as_str()).or_insert_with(|| {
            rules.push((finding, finding.severity, None));
            rules.len() - 1
        });
        if let Some((_, severity, score)) = rules.get_mut(index) {
            *severity = (*severity).max(finding.severity);
            *score = (*score)
                .into_iter()
                .chain(finding.cvss_score())
                .max_by(f64::total_cmp);
        }
    }
    let number = |finding: &Finding| numbers.get(finding.id.as_str()).copied().unwrap_or(0);
    Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: &report.tool.name,
                    version: &report.tool.version,
                    rules: rules
                        .into_iter()
                        .map(|(finding, severity, score)| rule(finding, severity, score, options))
                        .collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: true,
                notifications: notifications(view),
            }],
            column_kind: "unicodeCodePoints",
            results: report
                .findings
                .iter()
                .map(|finding| result(view, finding, number(finding)))
                .collect(),
        }],
    }
}

fn rule<'a>(
    finding: &'a Finding,
    severity: Severity,
    score: Option<f64>,
    options: &WriteOptions,
) -> Rule<'a> {
    let title = sentence(finding.what(), &finding.id);
    let why = options.why.and_then(|why| why(&finding.id));
    Rule {
        id: &finding.id,
        short_description: Message::new(title.clone()),
        full_description: Message::new(why.map_or_else(|| title.clone(), clean)),
        help: Message::new(match &finding.mend {
            Some(mend) => format!("{title} {}", clean(mend)),
            None => format!("{title} Run `plimsoll explain {}`.", clean(&finding.id)),
        }),
        default_configuration: RuleLevel {
            level: match severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                _ => "note",
            },
        },
        properties: RuleProperties {
            security_severity: score
                .filter(|score| score.is_finite())
                .or_else(|| middle(severity))
                .map(|score| format!("{score:.1}")),
            precision: "very-high",
            tags: ["security", finding.kind.as_str(), severity.as_str()],
        },
    }
}

/// A number from the middle of the band, where no score is known: services sort by a number.
const fn middle(severity: Severity) -> Option<f64> {
    Some(match severity {
        Severity::Critical => 9.5,
        Severity::High => 8.0,
        Severity::Medium => 5.5,
        Severity::Low => 2.0,
        Severity::Negligible => 0.1,
        Severity::Unknown => return None,
    })
}

fn result<'a>(view: &View<'a>, finding: &'a Finding, rule_index: usize) -> Result_<'a> {
    let mut properties = BTreeMap::new();
    let mut put = |name: &'static str, value: String| {
        properties.insert(name, value);
    };
    put("severity", finding.severity.as_str().to_owned());
    put("kind", finding.kind.as_str().to_owned());
    if let Some(package) = view.report.package_of(finding) {
        put("purl", package.purl.to_string());
    }
    if let Some(fix) = &finding.fix {
        put("fixState", fix.state.as_str().to_owned());
        if !fix.versions.is_empty() {
            put("fixVersions", fix.versions.join(", "));
        }
    }
    if finding.known_exploited {
        put("knownExploited", "true".to_owned());
    }
    if let Some(epss) = finding.epss.filter(|epss| epss.is_finite()) {
        put("epss", epss.to_string());
    }
    if !finding.aliases.is_empty() {
        put("aliases", finding.aliases.join(", "));
    }
    if let Some(how) = &finding.how {
        put(
            "how",
            format!("{}: {} ({})", how.source, how.range, how.scheme),
        );
    }
    Result_ {
        rule_id: &finding.id,
        rule_index,
        level: match view.level(finding) {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note | Level::Excepted => "note",
        },
        message: Message::new(message(view, finding)),
        locations: places(view, finding),
        fingerprints: BTreeMap::from([("plimsoll/v1", finding.fingerprint.as_str())]),
        suppressions: finding
            .excepted
            .iter()
            .map(|excepted| Suppression {
                kind: "external",
                status: "accepted",
                justification: clean(&match &excepted.reason {
                    Some(reason) => format!("{} ({})", reason, excepted.by),
                    None => excepted.by.clone(),
                }),
            })
            .collect(),
        properties,
    }
}

/// What is wrong, where it lies, what mends it, as sentences.
fn message(view: &View<'_>, finding: &Finding) -> String {
    let mut text = sentence(&finding.title, &finding.id);
    if let Some(package) = view.report.package_of(finding) {
        text = format!("{}: {text}", clean(&named(package)));
    }
    if let Some(fix) = fix_words(finding) {
        text = format!(
            "{text} It is {}.",
            clean(&fix).replace("no fix yet", "not fixed yet")
        );
    }
    if let Some((number, layer)) = view.place(finding).and_then(|at| view.layer(at)) {
        let base = if layer.base { " (base image)" } else { "" };
        text = format!("{text} Layer {number}{base}.");
    }
    text
}

/// The text, cleaned, with a full stop; the id where there is none.
fn sentence(text: &str, id: &str) -> String {
    let text = clean(text);
    let text = text.trim();
    match text {
        "" => format!("{}.", clean(id)),
        _ if text.ends_with(['.', '!', '?']) => text.to_owned(),
        _ => format!("{text}."),
    }
}

fn places<'a>(view: &View<'a>, finding: &'a Finding) -> Vec<Place<'a>> {
    let package = view.report.package_of(finding);
    let target = &view.report.inventory.target;
    let logical = |location: Option<&'a Location>| {
        let mut found = Vec::new();
        if let Some(package) = package {
            found.push(Logical {
                name: clean(&named(package)),
                full_name: Some(package.purl.to_string()),
                kind: "package",
            });
        }
        if let Some(subject) = &finding.subject {
            found.push(Logical {
                name: clean(subject),
                full_name: None,
                kind: "resource",
            });
        }
        match location.and_then(|at| view.layer(at)) {
            Some((number, layer)) => found.push(Logical {
                name: format!("layer {number}"),
                full_name: Some(layer.diff_id.to_string()),
                kind: "layer",
            }),
            None if found.is_empty() => found.push(Logical {
                name: clean(&target.name),
                full_name: target.digest.as_ref().map(ToString::to_string),
                kind: target.kind.as_str(),
            }),
            None => {}
        }
        found
    };
    let places = view.places(finding);
    if places.is_empty() {
        return vec![Place {
            physical: None,
            logical: logical(None),
            message: None,
        }];
    }
    places
        .iter()
        .map(|location| Place {
            physical: physical(location),
            logical: logical(Some(location)),
            message: Some(Message::new(clean(&place_words(location)))),
        })
        .collect()
}

fn physical(location: &Location) -> Option<Physical> {
    Some(Physical {
        artifact: Artifact {
            uri: uri(&location.path)?,
        },
        region: Region {
            start_line: location.line.unwrap_or(1).max(1),
            start_column: location.column.filter(|column| *column > 0),
        },
    })
}

/// A path as a relative URI reference; nothing for an empty one.
pub fn uri(path: &str) -> Option<String> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    if path.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b'!') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 0x0f] {
                out.push(
                    HEX.get(usize::from(nibble))
                        .map_or('0', |digit| char::from(*digit)),
                );
            }
        }
    }
    Some(out).filter(|uri| !uri.is_empty())
}

fn notifications<'a>(view: &View<'a>) -> Vec<Notification<'a>> {
    let mut unknowns: Vec<&Unknown> = view.report.inventory.unknowns.iter().collect();
    unknowns.sort();
    unknowns
        .into_iter()
        .map(|unknown| {
            let path = unknown.path.as_deref();
            let text = match path {
                Some(path) => format!("{path}: {}", unknown.reason),
                None => unknown.reason.clone(),
            };
            Notification {
                level: "warning",
                message: Message::new(sentence(&text, "unknown")),
                locations: path
                    .and_then(uri)
                    .map(|uri| Place {
                        physical: Some(Physical {
                            artifact: Artifact { uri },
                            region: Region {
                                start_line: 1,
                                start_column: None,
                            },
                        }),
                        logical: Vec::new(),
                        message: None,
                    })
                    .into_iter()
                    .collect(),
            }
        })
        .collect()
}

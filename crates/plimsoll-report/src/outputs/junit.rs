//! JUnit XML, as CI systems show test results: the form that Jenkins' schema describes.
//!
//! A suite for each package and one for the policy. What the policy refuses is a failure, what it
//! does not mind a passed test with the text as output, what it excepts a skipped one.

use std::io::{self, Write};

use plimsoll_model::{Finding, Mode, Outcome, Report};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::view::{Level, View, clean, fix_words, named, place_words};
use crate::{OutputFormat, WriteError, WriteOptions};

pub struct JUnit;

impl OutputFormat for JUnit {
    fn id(&self) -> &'static str {
        "junit"
    }

    fn describe(&self) -> &'static str {
        "JUnit XML: what the policy refuses as failed tests, for CI systems"
    }

    fn mime(&self) -> &'static str {
        "application/xml"
    }

    fn extension(&self) -> &'static str {
        "xml"
    }

    fn write(
        &self,
        report: &Report,
        _options: &WriteOptions,
        out: &mut dyn Write,
    ) -> Result<(), WriteError> {
        let mut out = io::BufWriter::new(out);
        document(&View::new(report), &mut out)
            .and_then(|()| out.flush())
            .map_err(WriteError::io(self.id()))
    }
}

/// One test of a suite.
struct Case {
    name: String,
    class: String,
    outcome: CaseOutcome,
}

enum CaseOutcome {
    Passed(Option<String>),
    Failed {
        kind: String,
        message: String,
        text: String,
    },
    Skipped(String),
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

impl Suite {
    fn count(&self, which: fn(&CaseOutcome) -> bool) -> usize {
        self.cases
            .iter()
            .filter(|case| which(&case.outcome))
            .count()
    }

    fn failures(&self) -> usize {
        self.count(|outcome| matches!(outcome, CaseOutcome::Failed { .. }))
    }

    fn skipped(&self) -> usize {
        self.count(|outcome| matches!(outcome, CaseOutcome::Skipped(_)))
    }
}

fn document(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let suites = suites(view);
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let tests: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let failures: usize = suites.iter().map(Suite::failures).sum();
    let root = start(
        "testsuites",
        &[
            (
                "name",
                &format!("plimsoll {}", view.report.inventory.target.name),
            ),
            ("tests", &tests.to_string()),
            ("failures", &failures.to_string()),
            ("errors", "0"),
        ],
    );
    xml.write_event(Event::Start(root))?;
    for suite in &suites {
        write_suite(suite, &mut xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    drop(xml);
    out.write_all(b"\n")
}

fn write_suite<W: Write>(suite: &Suite, xml: &mut Writer<W>) -> io::Result<()> {
    let head = start(
        "testsuite",
        &[
            ("name", &suite.name),
            ("tests", &suite.cases.len().to_string()),
            ("failures", &suite.failures().to_string()),
            ("errors", "0"),
            ("skipped", &suite.skipped().to_string()),
        ],
    );
    xml.write_event(Event::Start(head))?;
    for case in &suite.cases {
        let head = start(
            "testcase",
            &[("name", &case.name), ("classname", &case.class)],
        );
        match &case.outcome {
            CaseOutcome::Passed(None) => {
                xml.write_event(Event::Empty(head))?;
                continue;
            }
            CaseOutcome::Passed(Some(text)) => {
                xml.write_event(Event::Start(head))?;
                element(xml, start("system-out", &[]), text)?;
            }
            CaseOutcome::Skipped(text) => {
                xml.write_event(Event::Start(head))?;
                element(xml, start("skipped", &[]), text)?;
            }
            CaseOutcome::Failed {
                kind,
                message,
                text,
            } => {
                xml.write_event(Event::Start(head))?;
                element(
                    xml,
                    start("failure", &[("type", kind), ("message", message)]),
                    text,
                )?;
            }
        }
        xml.write_event(Event::End(BytesEnd::new("testcase")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn start<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (key, value) in attributes {
        element.push_attribute((*key, xml_text(value).as_str()));
    }
    element
}

fn element<W: Write>(xml: &mut Writer<W>, head: BytesStart<'_>, text: &str) -> io::Result<()> {
    let end = head.to_end().into_owned();
    xml.write_event(Event::Start(head))?;
    // Lines of our own are kept; within each, nothing of what XML 1.0 forbids.
    let lines: Vec<String> = text.split('\n').map(xml_text).collect();
    xml.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
    xml.write_event(Event::End(end))
}

/// Cleaned text without the two non-characters that XML 1.0 forbids.
fn xml_text(text: &str) -> String {
    clean(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn suites(view: &View<'_>) -> Vec<Suite> {
    let mut suites: Vec<Suite> = view
        .by_package()
        .into_iter()
        .map(|(package, findings)| {
            let name = package.map_or_else(
                || view.report.inventory.target.name.clone(),
                |(_, package)| named(package),
            );
            let cases = findings
                .into_iter()
                .map(|finding| case(view, finding, &name));
            Suite {
                cases: cases.collect(),
                name: name.clone(),
            }
        })
        .collect();
    suites.push(policy(view));
    let mut unknowns: Vec<_> = view.report.inventory.unknowns.iter().collect();
    unknowns.sort();
    if !unknowns.is_empty() {
        let cases = unknowns.into_iter().map(|unknown| Case {
            name: unknown
                .path
                .clone()
                .unwrap_or_else(|| "the target as a whole".to_owned()),
            class: "unknown".to_owned(),
            outcome: CaseOutcome::Skipped(unknown.reason.clone()),
        });
        suites.push(Suite {
            name: "unknown".to_owned(),
            cases: cases.collect(),
        });
    }
    suites
}

fn case(view: &View<'_>, finding: &Finding, class: &str) -> Case {
    let text = text(view, finding);
    let outcome = match view.level(finding) {
        Level::Excepted => {
            let excepted = finding.excepted.as_ref();
            let by = excepted.map_or("", |excepted| excepted.by.as_str());
            let reason = excepted.and_then(|excepted| excepted.reason.as_deref());
            CaseOutcome::Skipped(match reason {
                Some(reason) => format!("excepted by {by}: {reason}"),
                None => format!("excepted by {by}"),
            })
        }
        Level::Error => CaseOutcome::Failed {
            kind: finding.severity.as_str().to_owned(),
            message: finding.title.clone(),
            text,
        },
        Level::Warning | Level::Note => CaseOutcome::Passed(Some(text)),
    };
    Case {
        name: format!("{} {}", finding.id, finding.title),
        class: class.to_owned(),
        outcome,
    }
}

/// What is known, a line each.
fn text(view: &View<'_>, finding: &Finding) -> String {
    let mut lines = vec![format!("severity: {}", finding.severity)];
    lines.extend(fix_words(finding));
    if finding.known_exploited {
        lines.push("known to be exploited".to_owned());
    }
    for location in view.places(finding) {
        lines.push(match view.layer(location) {
            Some((number, _)) => format!("in {} (layer {number})", place_words(location)),
            None => format!("in {}", place_words(location)),
        });
    }
    if let Some(how) = &finding.how {
        lines.push(format!("known by {}: {}", how.source, how.range));
    }
    lines.extend(finding.mend.clone());
    // A line feed from outside must not look like a line of ours.
    lines
        .iter()
        .map(|line| clean(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Reasons about the whole, and the verdict; never empty, so that CI sees that it ran.
fn policy(view: &View<'_>) -> Suite {
    let mut cases = Vec::new();
    if let Some(verdict) = &view.report.verdict {
        for reason in verdict
            .reasons
            .iter()
            .filter(|reason| reason.finding.is_none())
        {
            cases.push(Case {
                name: reason.rule.clone(),
                class: "policy".to_owned(),
                outcome: if reason.mode == Mode::Enforce {
                    CaseOutcome::Failed {
                        kind: reason.mode.as_str().to_owned(),
                        message: reason.message.clone(),
                        text: reason.message.clone(),
                    }
                } else {
                    CaseOutcome::Passed(Some(reason.message.clone()))
                },
            });
        }
        let said = format!("{} by policy {}", verdict.outcome.as_str(), verdict.policy);
        cases.push(Case {
            name: "verdict".to_owned(),
            class: "policy".to_owned(),
            outcome: if verdict.outcome == Outcome::Deny {
                CaseOutcome::Failed {
                    kind: "deny".to_owned(),
                    message: said.clone(),
                    text: said,
                }
            } else {
                CaseOutcome::Passed(Some(said))
            },
        });
    } else {
        cases.push(Case {
            name: "scan".to_owned(),
            class: "policy".to_owned(),
            outcome: CaseOutcome::Passed(None),
        });
    }
    Suite {
        name: "policy".to_owned(),
        cases,
    }
}

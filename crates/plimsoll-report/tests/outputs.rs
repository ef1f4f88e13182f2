//! Every output format on one rich report: snapshots, and what holds for all of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/any.rs"]
mod any;
#[path = "support/sample.rs"]
mod sample;

use plimsoll_report::{OUTPUTS, WriteOptions};
use proptest::prelude::*;

/// One snapshot for each format, under its id.
#[test]
fn every_format_as_agreed() {
    let report = sample::report();
    for format in OUTPUTS {
        let text = sample::written(format.id(), &report, &sample::options());
        insta::assert_snapshot!(format.id(), text);
    }
}

#[test]
fn table_with_everything() {
    let options = WriteOptions {
        verbose: true,
        ..sample::options()
    };
    let report = sample::report();
    insta::assert_snapshot!(sample::written("table", &report, &options));
}

/// A kernel's hundred findings do not hide everything else.
fn with_many_of_one_package() -> plimsoll_model::Report {
    let mut report = sample::report();
    let verdict = report.verdict.as_mut().unwrap();
    let reason = verdict.reasons[0].clone();
    let first = report.findings.iter();
    let mut first = first.filter(|finding| Some(&finding.fingerprint) == reason.finding.as_ref());
    let first = first.next().unwrap().clone();
    for number in 0..40 {
        let mut finding = first.clone();
        finding.id = format!("CVE-2026-{}", 5_000 + number);
        finding.fingerprint = format!("many-{number}");
        finding.known_exploited = number == 30;
        finding.locations.clear();
        let mut reason = reason.clone();
        reason.finding = Some(finding.fingerprint.clone());
        verdict.reasons.push(reason);
        report.findings.push(finding);
    }
    let unread = report.inventory.unknowns[0].clone();
    for number in 0..9 {
        let path = format!("opt/{number}.jar");
        let unread = unread.clone();
        report.inventory.unknowns.push(plimsoll_model::Unknown {
            path: Some(path),
            ..unread
        });
    }
    report
}

#[test]
fn many_findings_of_a_package_are_folded() {
    let report = with_many_of_one_package();
    let text = sample::written("table", &report, &sample::options());
    let blocks = text.matches("--> var/lib/dpkg/status").count();
    assert!(blocks <= 5, "{text}");
    // Known to be exploited, though it stands late.
    assert!(text.contains("error[CVE-2026-5030]"), "{text}");
    assert!(text.contains("further places: "), "{text}");
    insta::assert_snapshot!(text);

    let options = WriteOptions {
        verbose: true,
        ..sample::options()
    };
    let text = sample::written("table", &report, &options);
    for number in 5_000..5_040 {
        assert!(
            text.contains(&format!("error[CVE-2026-{number}]")),
            "{text}"
        );
    }
}

/// Each finding is on the page, those past the first in a fold of their own.
#[test]
fn many_findings_of_a_package_stay_on_the_page() {
    let report = with_many_of_one_package();
    let text = sample::written("html", &report, &sample::options());
    for finding in &report.findings {
        assert!(text.contains(&finding.id), "{}", finding.id);
    }
    assert_eq!(text.matches("details class=\"more\"").count(), 1);
}

/// A narrow terminal with colour, and fewer findings than there are.
#[test]
fn table_that_is_narrow() {
    let options = WriteOptions {
        width: Some(60),
        color: true,
        findings_max: Some(1),
        ..sample::options()
    };
    let report = sample::report();
    insta::assert_snapshot!(sample::written("table", &report, &options));
}

/// Forty manifests with the same mistakes, some minded and some not.
fn manifests() -> plimsoll_model::Report {
    use plimsoll_model::{Finding, FindingKind, Location, Mode, Reason, Severity, TargetKind};
    let mut report = sample::report();
    let inventory = &mut report.inventory;
    inventory.target.kind = TargetKind::Configuration;
    "deploy".clone_into(&mut inventory.target.name);
    (inventory.packages, inventory.layers) = (Vec::new(), Vec::new());
    (inventory.owned, inventory.unknowns) = (Vec::new(), Vec::new());
    inventory.objects = 40;
    report.advisories = None;
    report.findings.clear();
    let verdict = report.verdict.as_mut().unwrap();
    verdict.reasons.clear();
    for number in 0..40_u32 {
        for (id, what, severity, every) in [
            (
                "privileged-container",
                "container is privileged",
                Severity::Critical,
                3,
            ),
            (
                "host-network",
                "pod shares the network of its node",
                Severity::High,
                30,
            ),
            (
                "missing-memory-limit",
                "container has no memory limit",
                Severity::Medium,
                1,
            ),
            (
                "single-replica",
                "one pod carries the whole service",
                Severity::Low,
                40,
            ),
        ] {
            if number % every != 0 {
                continue;
            }
            let subject = format!("Deployment shop/part-{number}, container web");
            let detail = (number % 2 == 0).then(|| "`securityContext.privileged`".to_owned());
            let title = match &detail {
                Some(detail) => format!("{subject}: {what} ({detail})"),
                None => format!("{subject}: {what}"),
            };
            let fingerprint = format!("{id}-{number}");
            let mut finding = Finding::new(
                FindingKind::Configuration,
                id,
                &fingerprint,
                severity,
                title,
            );
            (finding.subject, finding.detail) = (Some(subject), detail);
            assert_eq!(finding.what(), what);
            finding.mend = Some(format!("Mend {id}."));
            finding.locations = vec![Location {
                line: Some(10 + number),
                column: Some(7),
                ..Location::file(format!("deploy/part-{}/deployment.yaml", number / 2))
            }];
            if severity >= Severity::High {
                verdict.reasons.push(Reason {
                    rule: "bad-configuration".to_owned(),
                    finding: Some(fingerprint),
                    mode: Mode::Enforce,
                    message: "it is high or worse".to_owned(),
                });
            }
            report.findings.push(finding);
        }
    }
    report
        .findings
        .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    report
}

/// A mistake is explained once, with its places; what the policy does not mind is a line each.
#[test]
fn many_findings_of_a_check_are_folded() {
    for width in [80, 120] {
        let options = WriteOptions {
            width: Some(width),
            ..sample::options()
        };
        let text = sample::written("table", &manifests(), &options);
        assert!(
            text.lines().all(|line| line.chars().count() <= width),
            "{text}"
        );
        insta::assert_snapshot!(format!("manifests-{width}"), text);
    }
    let options = WriteOptions {
        verbose: true,
        ..sample::options()
    };
    let text = sample::written("table", &manifests(), &options);
    for number in 0..40 {
        assert!(text.contains(&format!("shop/part-{number},")), "{text}");
    }
}

/// A rule of SARIF speaks of the check, a result of the object.
#[test]
fn sarif_describes_checks_apart_from_objects() {
    fn why(id: &str) -> Option<&'static str> {
        (id == "privileged-container").then_some("It owns the node.")
    }
    let options = WriteOptions {
        why: Some(why),
        ..sample::options()
    };
    let text = sample::written("sarif", &manifests(), &options);
    let log: serde_json::Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["shortDescription"]["text"], "container is privileged.");
    assert_eq!(rule["fullDescription"]["text"], "It owns the node.");
    let result = &run["results"][0];
    let message = result["message"]["text"].as_str().unwrap();
    assert!(
        message.starts_with("Deployment shop/part-0, container web: "),
        "{message}"
    );
    let place = &result["locations"][0]["logicalLocations"][0];
    assert_eq!(place["name"], "Deployment shop/part-0, container web");
}

/// No cell, line or attribute breaks where there is nothing to say.
#[test]
fn nothing_found_is_said_in_every_format() {
    for format in OUTPUTS {
        let options = WriteOptions::default();
        let text = sample::written(format.id(), &sample::empty(), &options);
        assert!(text.ends_with('\n'), "{}", format.id());
        insta::assert_snapshot!(format!("empty_{}", format.id()), text);
    }
}

#[test]
fn same_report_gives_the_same_bytes() {
    for format in OUTPUTS {
        let once = sample::written(format.id(), &sample::report(), &sample::options());
        let twice = sample::written(format.id(), &sample::report(), &sample::options());
        assert!(once == twice, "{}", format.id());
    }
}

#[test]
fn list_is_sorted_and_matches_the_folder() {
    let ids: Vec<_> = OUTPUTS.iter().map(|format| format.id()).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/outputs");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".rs").map(|stem| stem.replace('_', "-")))
        .collect();
    files.sort();
    assert_eq!(ids, files);
    for format in OUTPUTS {
        assert!(!format.describe().is_empty() && !format.describe().ends_with('.'));
        assert!(format.mime().contains('/'), "{}", format.id());
    }
}

/// Nothing from outside drives a terminal or forges a line, in whatever form it is written.
#[test]
fn control_characters_are_never_written_raw() {
    for format in OUTPUTS {
        let text = sample::written(format.id(), &sample::report(), &sample::options());
        for character in text.chars() {
            let harmless = character == '\n' || !character.is_control();
            assert!(harmless, "{} writes {character:?}", format.id());
        }
        let json = format.mime().ends_with("json");
        assert!(
            json || !text.contains('\u{202e}'),
            "{} reorders text",
            format.id()
        );
    }
}

/// A hostile title stays one line and inert in the formats that people's tools interpret.
#[test]
fn hostile_text_is_inert() {
    let report = sample::report();
    let github = sample::written("github", &report, &sample::options());
    for line in github.lines() {
        let command = ["::error title=", "::warning title=", "::notice title="];
        assert!(
            command.iter().any(|start| line.starts_with(start)),
            "{line}"
        );
        assert!(!line.contains("x%0A"), "{line}");
    }
    let markdown = sample::written("markdown", &report, &sample::options());
    for line in markdown.lines() {
        let line = without_code(line);
        for markup in ["<script", "](", "![", "javascript:", "](http"] {
            assert!(!line.contains(markup), "{line}");
        }
        let tags = [
            "<details>",
            "<summary>",
            "</summary>",
            "</details>",
            "<sub>",
            "</sub>",
        ];
        let bare = tags
            .iter()
            .fold(line.clone(), |text, tag| text.replace(tag, ""));
        assert!(!bare.contains('<'), "{line}");
    }
    let junit = sample::written("junit", &report, &sample::options());
    assert!(!junit.contains("<script>"), "{junit}");
    assert!(!junit.contains("]]>"), "{junit}");
    let tags = sample::written("spdx-tag-value", &report, &sample::options());
    let texts = tags.matches("<text>").count();
    assert_eq!(texts, tags.matches("</text>").count());
}

/// A line of Markdown without its code spans, as CommonMark finds them.
fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        let (before, after) = rest.split_at(start);
        out.push_str(before);
        let fence = after.len() - after.trim_start_matches('`').len();
        let (fence, inner) = after.split_at(fence);
        if before.ends_with('\\') {
            out.push_str(fence);
            rest = inner;
            continue;
        }
        let mut at = 0;
        let end = loop {
            let Some(found) = inner[at..].find(fence).map(|found| at + found) else {
                break None;
            };
            let run = inner[found..].len() - inner[found..].trim_start_matches('`').len();
            if run == fence.len() {
                break Some(found);
            }
            at = found + run;
        };
        if let Some(end) = end {
            rest = &inner[end + fence.len()..];
        } else {
            out.push_str(fence);
            rest = inner;
        }
    }
    out.push_str(rest);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any report at all is written in every format, and what is written is of that format.
    #[test]
    fn any_report_is_written(report in any::report(), color in any::<bool>(), width in 0_usize..200) {
        let options = WriteOptions { color, verbose: color, width: Some(width), ..sample::options() };
        for format in OUTPUTS {
            let text = sample::written(format.id(), &report, &options);
            prop_assert!(text.ends_with('\n'), "{}", format.id());
            if format.mime().ends_with("json") {
                let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
                prop_assert!(parsed.is_ok(), "{}", format.id());
            }
            if format.id() == "junit" {
                let mut xml = quick_xml::Reader::from_str(&text);
                while !matches!(xml.read_event(), Ok(quick_xml::events::Event::Eof)) {
                    prop_assert!(xml.error_position() == 0, "{text}");
                }
            }
            if format.id() == "github" {
                prop_assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
            }
        }
    }
}

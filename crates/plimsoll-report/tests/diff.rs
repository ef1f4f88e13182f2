//! What changed between two reports.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::assigning_clones,
    reason = "tests"
)]

#[path = "support/sample.rs"]
mod sample;

use plimsoll_model::{Report, Severity};
use plimsoll_report::diff;

/// The sample, rebuilt: openssl and the npm package upgraded, one package gone, one new layer.
fn rebuilt() -> Report {
    let mut report = sample::report();
    let inventory = &mut report.inventory;
    inventory.target.name = "shop/cart:2.4".to_owned();
    let bash = sample::find(&inventory.packages, "bash");
    for name in ["openssl", "libssl3"] {
        let index = sample::find(&inventory.packages, name);
        inventory.packages[index.0].version = "3.0.16-1".to_owned();
    }
    inventory.layers[2].diff_id = sample::digest(9);
    inventory.layers[2].size_bytes = 11_000_000;
    report
        .findings
        .retain(|finding| finding.id != "CVE-2026-1234" && finding.package != Some(bash));
    for finding in &mut report.findings {
        // The exception ran out.
        if finding.id == "CVE-2021-44228" {
            finding.excepted = None;
        }
        // Found again under another fingerprint.
        if finding.id == "CVE-2026-6666" {
            finding.fingerprint = "ffff".to_owned();
        }
    }
    let mut new = report.findings[0].clone();
    new.id = "CVE-2026-7777".to_owned();
    new.fingerprint = "new".to_owned();
    new.severity = Severity::Critical;
    report.findings.push(new);
    inventory.packages.remove(bash.0);
    for finding in &mut report.findings {
        if let Some(index) = &mut finding.package
            && index.0 > bash.0
        {
            index.0 -= 1;
        }
    }
    report
}

#[test]
fn all_kinds_of_change() {
    let (from, to) = (sample::report(), rebuilt());
    let difference = diff(&from, &to);
    assert!(!difference.is_empty());
    let fixed: Vec<_> = difference
        .fixed
        .iter()
        .map(|seen| seen.finding.id.as_str())
        .collect();
    assert_eq!(fixed, ["CVE-2026-1234", "CVE-2026-1234", "CVE-2022-3715"]);
    let new: Vec<_> = difference
        .new
        .iter()
        .map(|seen| seen.finding.id.as_str())
        .collect();
    assert_eq!(new, ["CVE-2026-7777"]);
    assert_eq!(difference.reopened.len(), 1);
    assert_eq!(difference.same, 4);
    assert_eq!(difference.changed.len(), 2);
    assert_eq!(difference.removed.len(), 1);
    assert_eq!(difference.layers_shared, 2);
    let mut out = Vec::new();
    difference.write_text(&sample::options(), &mut out).unwrap();
    insta::assert_snapshot!("text", String::from_utf8(out).unwrap());
    let mut out = Vec::new();
    difference
        .write_markdown(&sample::options(), &mut out)
        .unwrap();
    insta::assert_snapshot!("markdown", String::from_utf8(out).unwrap());
    let mut out = Vec::new();
    difference.write_json(&mut out).unwrap();
    insta::assert_snapshot!("json", String::from_utf8(out).unwrap());
}

#[test]
fn the_same_report_twice() {
    let report = sample::report();
    let difference = diff(&report, &report);
    assert!(difference.is_empty());
    assert_eq!(difference.same, report.findings.len());
    assert_eq!(difference.unchanged, report.inventory.packages.len());
}

/// Two copies of one package, one of them upgraded: a version is gone and none came.
#[test]
fn copies_are_compared_by_version() {
    let mut from = sample::report();
    let mut copy = from.inventory.packages[0].clone();
    copy.version = "0.9".to_owned();
    from.inventory.packages.push(copy);
    let to = sample::report();
    let difference = diff(&from, &to);
    assert_eq!(difference.removed.len(), 1);
    assert_eq!(difference.removed[0].version, "0.9");
    assert!(difference.changed.is_empty() && difference.added.is_empty());
}

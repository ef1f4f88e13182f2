//! The record of a scan: what a stored report says, bound to image, database and policy by digest.

use std::collections::BTreeMap;
use std::path::Path;

use plimsoll_image::hash::sha256;
use plimsoll_model::{Digest, Report};
use plimsoll_report::wire;
use plimsoll_trust::predicate::{Scan, Scanner};
use serde_json::Value;

use crate::failure::Failure;
use crate::input;
use crate::session::Session;

/// The predicate about a report, which has to be one of that image.
pub fn read(session: &Session, path: &Path, digest: &Digest) -> Result<Value, Failure> {
    let bytes = input::read(path)?;
    let report = wire::read_report(&bytes).map_err(|error| {
        Failure::new(format!("failed to read {}: {error}", path.display()))
            .hint("`plimsoll scan TARGET --format json` writes such a report")
    })?;
    let scan = record(&report, digest, &sha256(&bytes), &session.now.to_string())?;
    serde_json::to_value(scan)
        .map_err(|error| Failure::new(format!("failed to write the attestation: {error}")))
}

fn record(report: &Report, digest: &Digest, of: &Digest, now: &str) -> Result<Scan, Failure> {
    let lacking = |what: &str, hint: &str| {
        Failure::new(format!("failed to attest the report: it has no {what}")).hint(hint)
    };
    let target = &report.inventory.target;
    match &target.digest {
        Some(found) if found == digest => {}
        Some(found) => {
            return Err(Failure::new(format!(
                "failed to attest the report: it is about {found}, the image is {digest}"
            ))
            .hint("scan the image that is attested, by its digest"));
        }
        None => {
            return Err(lacking(
                "digest of an image",
                "scan the image in its registry: `plimsoll scan registry:IMAGE --format json`",
            ));
        }
    }
    let advisories = report.advisories.as_ref().ok_or_else(|| {
        lacking(
            "advisory database",
            "`plimsoll scan` writes it; an inventory alone says nothing of vulnerabilities",
        )
    })?;
    let verdict = report
        .verdict
        .as_ref()
        .ok_or_else(|| lacking("verdict", "`plimsoll scan --format json` writes one"))?;
    let policy_digest = verdict.policy_digest.as_ref().ok_or_else(|| {
        lacking(
            "digest of the policy",
            "scan without --severity and --ignore-unfixed, so that the whole is judged",
        )
    })?;
    let mut findings = BTreeMap::new();
    let mut excepted = 0;
    for finding in &report.findings {
        if finding.excepted.is_some() {
            excepted += 1;
        } else {
            *findings
                .entry(finding.severity.as_str().to_owned())
                .or_insert(0) += 1;
        }
    }
    Ok(Scan {
        scanner: Scanner {
            name: report.tool.name.clone(),
            version: report.tool.version.clone(),
        },
        attested_on: now.to_owned(),
        image_digest: digest.to_string(),
        database_digest: advisories.digest.to_string(),
        database_newest: advisories.newest().map(|day| day.to_string()),
        policy_digest: policy_digest.to_string(),
        policy: verdict.policy.clone(),
        stage: verdict.stage.as_str().to_owned(),
        verdict: verdict.outcome.as_str().to_owned(),
        findings,
        excepted,
        unknowns: report.inventory.unknowns.len() as u64,
        report_digest: of.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use plimsoll_model::{
        AdvisorySet, Inventory, Outcome, Stage, Target, TargetKind, Tool, Verdict,
    };

    use super::*;

    fn report(image: &Digest) -> Report {
        Report {
            tool: Tool {
                name: "plimsoll".to_owned(),
                version: "1".to_owned(),
            },
            inventory: Inventory::new(Target {
                kind: TargetKind::Image,
                name: "shop/cart".to_owned(),
                digest: Some(image.clone()),
                platform: None,
                os: None,
            }),
            findings: Vec::new(),
            advisories: Some(AdvisorySet {
                digest: sha256(b"database"),
                sources: Vec::new(),
            }),
            compliance: None,
            verdict: Some(Verdict {
                outcome: Outcome::Deny,
                stage: Stage::Build,
                policy: "default".to_owned(),
                policy_digest: Some(sha256(b"policy")),
                reasons: Vec::new(),
                notes: Vec::new(),
            }),
        }
    }

    #[test]
    fn a_record_binds_what_a_report_says_and_nothing_else() {
        let image = sha256(b"image");
        let of = sha256(b"report");
        let made = record(&report(&image), &image, &of, "2026-11-22T00:00:00Z").unwrap();
        assert_eq!(made.image_digest, image.to_string());
        assert_eq!(made.database_digest, sha256(b"database").to_string());
        assert_eq!(made.policy_digest, sha256(b"policy").to_string());
        assert_eq!(
            (made.verdict.as_str(), made.stage.as_str()),
            ("deny", "build")
        );

        let refused = |change: fn(&mut Report), part: &str| {
            let mut report = report(&image);
            change(&mut report);
            let error = record(&report, &image, &of, "now").unwrap_err();
            assert!(error.message().contains(part), "{error}");
            assert!(error.hint_text().is_some());
        };
        refused(
            |r| r.inventory.target.digest = Some(sha256(b"x")),
            "it is about",
        );
        refused(
            |r| r.inventory.target.digest = None,
            "no digest of an image",
        );
        refused(|r| r.advisories = None, "no advisory database");
        refused(|r| r.verdict = None, "no verdict");
        refused(
            |r| r.verdict.as_mut().unwrap().policy_digest = None,
            "no digest of the policy",
        );
    }
}

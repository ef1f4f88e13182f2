//! Policies, expressions, ignore files of other tools, package URLs.

use plimsoll_model::{
    Date, Digest, Finding, FindingKind, Inventory, Location, PackageIndex, Purl, Severity, Stage,
    Target as Scanned, TargetKind,
};
use plimsoll_policy::expression::Expression;
use plimsoll_policy::{Case, Document, Exception, Policy, builtin, ignore_files, judge};

use super::target;
use crate::Target;
use crate::seeds::policies as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "policy",
        "plimsoll.yaml",
        Some("policy"),
        policy,
        seeds::policies
    ),
    target!(
        "expression",
        "CEL expressions",
        Some("cel"),
        expression,
        seeds::expressions
    ),
    target!(
        "trivyignore",
        ".trivyignore",
        None,
        |data| ignore(".trivyignore", data),
        seeds::trivyignore
    ),
    target!(
        "trivyignore_yaml",
        ".trivyignore.yaml",
        Some("policy"),
        |data| ignore(".trivyignore.yaml", data),
        seeds::trivyignore_yaml
    ),
    target!(
        "grype_yaml",
        ".grype.yaml",
        Some("policy"),
        |data| ignore(".grype.yaml", data),
        seeds::grype_yaml
    ),
    target!("purl", "package URLs", Some("purl"), purl, seeds::purls),
];

/// An image with one finding.
fn case() -> (Inventory, Vec<Finding>) {
    let mut inventory = Inventory::new(Scanned {
        kind: TargetKind::Image,
        name: "shop/cart:2.3".to_owned(),
        digest: Some(Digest::from_sha256([7; 32])),
        platform: None,
        os: None,
    });
    inventory.packages = crate::seeds::documents::packages();
    let mut finding = Finding::new(
        FindingKind::Vulnerability,
        "CVE-2024-0001",
        "0123456789abcdef",
        Severity::High,
        "a title",
    );
    finding.locations = vec![Location::file("usr/bin/x")];
    finding.package = Some(PackageIndex(0));
    finding.aliases = vec!["GHSA-aaaa-bbbb-cccc".to_owned()];
    (inventory, vec![finding])
}

fn judged(policy: &Policy, exceptions: &[Exception]) {
    let (inventory, mut findings) = case();
    let case = Case {
        inventory: &inventory,
        advisories: None,
        stage: Stage::Build,
        today: Date::constant(2026, 11, 22),
    };
    let mut again = findings.clone();
    let verdict = judge(policy, exceptions, &case, &mut findings);
    assert_eq!(judge(policy, exceptions, &case, &mut again), verdict);
}

fn policy(data: &[u8]) {
    crate::quiet_panics();
    let text = String::from_utf8_lossy(data);
    match Document::parse(&text, "plimsoll.yaml") {
        Ok(document) => judged(&document.policy, &document.exceptions),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn expression(data: &[u8]) {
    crate::quiet_panics();
    let text = String::from_utf8_lossy(data);
    let Ok(expression) = Expression::compile(&text) else {
        return;
    };
    let (inventory, findings) = case();
    for finding in &findings {
        let package = inventory.package(PackageIndex(0));
        let _ = expression.evaluate(finding, package, &inventory);
        let _ = expression.evaluate(finding, None, &inventory);
    }
}

fn ignore(name: &str, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(exceptions) = ignore_files::parse(&text, name) {
        judged(&builtin::default_policy(), &exceptions);
    }
}

fn purl(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(purl) = text.parse::<Purl>() else {
        return;
    };
    assert_eq!(purl.as_str().parse(), Ok(purl.clone()));
    let parts = purl.parts().expect("parts of a package URL");
    let qualifiers: Vec<(&str, &str)> = parts
        .qualifiers
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let again = Purl::new(
        &parts.purl_type,
        parts.namespace.as_deref(),
        &parts.name,
        parts.version.as_deref().unwrap_or_default(),
        &qualifiers,
    );
    if parts.subpath.is_none() {
        assert_eq!(again, Ok(purl));
    }
}

//! Our findings against those of other tools. Their reports are made up here, in the shapes that
//! their documentation describes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/sample.rs"]
mod sample;

use plimsoll_model::Unknown;
use plimsoll_report::compare::{OtherReport, Reason};
use plimsoll_report::{CompareError, compare, read_other};
use serde_json::{Value, json};

fn read(value: &Value) -> OtherReport {
    read_other(value.to_string().as_bytes()).unwrap()
}

/// One vulnerability in Trivy's shape.
fn trivy_match(id: &str, purl: &str, name: &str, version: &str, severity: &str) -> Value {
    json!({
        "VulnerabilityID": id, "PkgName": name, "PkgIdentifier": {"PURL": purl},
        "InstalledVersion": version, "FixedVersion": "", "Severity": severity,
        "DataSource": {"ID": "debian", "Name": "Debian Security Tracker"},
        "PublishedDate": "2024-05-01T00:00:00Z"
    })
}

fn trivy() -> Value {
    let mut newer = trivy_match(
        "CVE-2026-8888",
        "pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12.5",
        "bash",
        "5.2.15-2",
        "LOW",
    );
    newer["PublishedDate"] = json!("2026-11-21T00:00:00Z");
    let mut unknown_source = trivy_match(
        "CVE-2026-9999",
        "pkg:rpm/rocky/nodejs@18.1.0-1.el9",
        "nodejs",
        "18.1.0-1.el9",
        "HIGH",
    );
    unknown_source["DataSource"]["ID"] = json!("rocky");
    let mut inside = trivy_match("CVE-2026-5555", "pkg:maven/a/b@1", "a:b", "1", "HIGH");
    inside["PkgPath"] = json!("srv/deep.jar/x.jar");
    json!({
        "SchemaVersion": 2, "Trivy": {"Version": "0.74.0"}, "ArtifactName": "shop/cart:2.3",
        "Results": [
            {"Target": "shop/cart:2.3 (debian 12.5)", "Class": "os-pkgs", "Type": "debian",
             "Packages": [
                {"Name": "openssl", "Version": "3.0.15", "Release": "1", "Arch": "amd64"},
                {"Name": "libssl3", "Version": "3.0.15", "Release": "1", "Arch": "amd64"},
                {"Name": "bash", "Version": "5.2.15", "Release": "2", "Arch": "amd64"}
             ],
             "Vulnerabilities": [
                trivy_match("CVE-2026-1234", "pkg:deb/debian/openssl@3.0.15-1?distro=debian-12.5",
                            "openssl", "3.0.15-1", "MEDIUM"),
                newer, unknown_source,
                trivy_match("CVE-2024-0001", "pkg:deb/debian/bash@5.2.15-2", "bash", "5.2.15-2", "LOW"),
                {"Title": "no id at all"}
             ]},
            {"Target": "Java", "Class": "lang-pkgs", "Type": "jar",
             "Vulnerabilities": [
                trivy_match("CVE-2021-44228", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
                            "org.apache.logging.log4j:log4j-core", "2.14.1", "CRITICAL"),
                inside,
                trivy_match("CVE-2025-0002", "pkg:maven/x/y@1.0", "x:y", "1.0", "HIGH"),
                trivy_match("CVE-2025-0003", "pkg:npm/%40babel/core@7.1.0", "@babel/core", "7.1.0", "HIGH"),
                trivy_match("CVE-2025-0004", "pkg:pypi/requests@2.28.1", "requests", "2.28.1", "HIGH"),
             ]},
            "not an object"
        ]
    })
}

fn reason_of(lines: &[plimsoll_report::compare::Line], id: &str) -> Reason {
    lines
        .iter()
        .find(|line| line.id == id)
        .unwrap_or_else(|| panic!("no line for {id}"))
        .reason
}

#[test]
fn every_difference_from_trivy_has_a_reason() {
    let mut ours = sample::report();
    ours.inventory
        .unknowns
        .push(Unknown::at("srv/deep.jar", "zip: directory is cut off"));
    let comparison = compare(&ours, &[read(&trivy())]);
    let one = &comparison.others[0];
    assert_eq!(
        (one.tool.as_str(), one.version.as_deref()),
        ("trivy", Some("0.74.0"))
    );
    assert_eq!((one.both, one.severity_differs), (2, 1));
    for (id, reason) in [
        ("CVE-2026-8888", Reason::Newer),
        ("CVE-2026-9999", Reason::Source),
        ("CVE-2024-0001", Reason::Advisory),
        ("CVE-2026-5555", Reason::Unreadable),
        ("CVE-2025-0002", Reason::Package),
        ("CVE-2025-0003", Reason::Version),
        ("CVE-2025-0004", Reason::Owned),
    ] {
        assert_eq!(reason_of(&one.only_theirs, id), reason, "{id}");
    }
    for (id, reason) in [
        ("CVE-2026-1234", Reason::SamePackageSource),
        ("CVE-2022-3715", Reason::Advisory),
        ("CVE-2026-6666", Reason::Package),
        ("GO-2026-0001", Reason::Package),
    ] {
        assert_eq!(reason_of(&one.only_ours, id), reason, "{id}");
    }
    assert_eq!(one.notes.len(), 1, "{:?}", one.notes);
    let mut out = Vec::new();
    comparison
        .write_table(&sample::options(), &mut out)
        .unwrap();
    insta::assert_snapshot!("table", String::from_utf8(out).unwrap());
    let mut out = Vec::new();
    comparison.write_json(&mut out).unwrap();
    insta::assert_snapshot!("json", String::from_utf8(out).unwrap());
}

/// One match in grype's shape.
fn grype_match(id: &str, namespace: &str, purl: &str, name: &str, version: &str) -> Value {
    json!({
        "vulnerability": {"id": id, "namespace": namespace, "severity": "High",
                          "fix": {"versions": ["9.9"], "state": "fixed"}},
        "relatedVulnerabilities": [],
        "matchDetails": [{"type": "exact-direct-match", "matcher": "dpkg-matcher"}],
        "artifact": {"name": name, "version": version, "type": "deb", "purl": purl,
                     "locations": [{"path": "/var/lib/dpkg/status"}]}
    })
}

#[test]
fn every_difference_from_grype_has_a_reason() {
    let deb = "debian:distro:debian:12";
    let openssl = "pkg:deb/debian/openssl@3.0.15-1?distro=debian-12";
    let log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";
    let mut alias = grype_match(
        "GHSA-jfh8-c2jp-5v3q",
        "github:language:java",
        log4j,
        "log4j-core",
        "2.14.1",
    );
    alias["relatedVulnerabilities"] = json!([{"id": "CVE-2021-44228", "namespace": "nvd:cpe"}]);
    let mut cpe = grype_match("CVE-2019-1111", "nvd:cpe", log4j, "log4j-core", "2.14.1");
    cpe["matchDetails"] = json!([{"type": "cpe-match"}]);
    let mut twin = grype_match("DEBIAN-TEMP-1", deb, openssl, "openssl", "3.0.15-1");
    twin["vulnerability"]["fix"]["versions"] = json!(["3.0.16-1"]);
    let grype = json!({
        "matches": [alias, cpe, twin,
            grype_match("CVE-A", deb, openssl, "openssl", "3.0.15-1"),
            grype_match("CVE-B", deb, openssl, "openssl", "3.0.15-1"),
            grype_match("CVE-C", "github:language:javascript",
                        "pkg:pypi/log4j@1", "log4j", "1")],
        "ignoredMatches": [grype_match("CVE-2022-3715", deb, "pkg:deb/debian/bash@5.2.15-2", "bash", "5.2.15-2")],
        "source": {"type": "image", "target": {"userInput": "shop/cart:2.3"}},
        "descriptor": {"name": "grype", "version": "0.87.0"}
    });
    let comparison = compare(&sample::report(), &[read(&grype)]);
    let one = &comparison.others[0];
    assert_eq!(one.both, 1, "the same defect under its alias");
    assert_eq!(reason_of(&one.only_theirs, "CVE-2019-1111"), Reason::Cpe);
    assert_eq!(reason_of(&one.only_theirs, "DEBIAN-TEMP-1"), Reason::Alias);
    assert_eq!(reason_of(&one.only_theirs, "CVE-A"), Reason::Advisory);
    assert_eq!(reason_of(&one.only_theirs, "CVE-C"), Reason::Package);
    assert_eq!(reason_of(&one.only_ours, "CVE-2022-3715"), Reason::Ignored);
    assert_eq!(
        reason_of(&one.only_ours, "CVE-2026-6666"),
        Reason::SeverityFilter
    );
    assert!(one.packages.is_none(), "grype does not list what it found");
}

#[test]
fn osv_scanner_and_our_own_reports_are_read() {
    let osv = json!({"results": [{"source": {"path": "/src/package-lock.json", "type": "lockfile"},
        "packages": [{"package": {"name": "@babel/core", "version": "7.0.0", "ecosystem": "npm"},
            "vulnerabilities": [{"id": "GHSA-x", "aliases": ["CVE-2025-1"],
                "database_specific": {"severity": "MODERATE"},
                "affected": [{"ranges": [{"events": [{"introduced": "0"}, {"fixed": "7.0.1"}]}]}]}]}]}]});
    let other = read(&osv);
    assert_eq!(other.tool, "osv-scanner");
    assert_eq!(other.matches.len(), 1);
    assert_eq!(other.matches[0].fixed, ["7.0.1"]);
    let comparison = compare(&sample::report(), &[other]);
    assert_eq!(
        reason_of(&comparison.others[0].only_theirs, "GHSA-x"),
        Reason::Advisory
    );

    let text = sample::written("json", &sample::report(), &sample::options());
    let own = read_other(text.as_bytes()).unwrap();
    let comparison = compare(&sample::report(), &[own]);
    let one = &comparison.others[0];
    assert!(one.only_ours.is_empty() && one.only_theirs.is_empty());
    assert_eq!(
        one.packages.unwrap().both,
        sample::report().inventory.packages.len()
    );
}

#[test]
fn osv_scanner_lists_packages_where_it_was_asked_to() {
    let package = |name: &str, vulnerabilities: serde_json::Value| {
        json!({"package": {"name": name, "version": "1.0.0", "ecosystem": "npm"},
               "vulnerabilities": vulnerabilities})
    };
    let report = |packages: serde_json::Value| {
        read(
            &json!({"results": [{"source": {"path": "/src", "type": "lockfile"},
                                  "packages": packages}]}),
        )
    };
    let vulnerable = package("a", json!([{"id": "GHSA-x"}]));
    let other = report(json!([vulnerable]));
    assert!(other.packages.is_none());
    // `--all-packages` has those without a vulnerability too, without the list or with `null`.
    let other = report(json!([vulnerable, package("b", json!(null))]));
    assert_eq!(other.packages.map(|packages| packages.len()), Some(2));
}

#[test]
fn the_kernels_headers_are_no_kernel() {
    let mut ours = sample::report();
    let mut headers = ours.inventory.packages[0].clone();
    headers.ecosystem = plimsoll_model::Ecosystem::DEB;
    headers.namespace = Some("debian".to_owned());
    headers.name = "linux-libc-dev".to_owned();
    headers.version = "6.1.124-1".to_owned();
    headers.source = Some(plimsoll_model::SourcePackage {
        name: "linux".to_owned(),
        version: "6.1.124-1".to_owned(),
    });
    ours.inventory.packages.push(headers);
    let osv = json!({"results": [{"source": {"path": "x", "type": "os"}, "packages": [{
        "package": {"name": "linux-libc-dev", "version": "6.1.124-1", "ecosystem": "Debian:12"},
        "vulnerabilities": [{"id": "DEBIAN-CVE-2024-1"}]}]}]});
    let comparison = compare(&ours, &[read(&osv)]);
    assert_eq!(
        reason_of(&comparison.others[0].only_theirs, "DEBIAN-CVE-2024-1"),
        Reason::Kernel
    );
}

#[test]
fn what_is_no_report_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        "null",
        "{\"matches\": 1}",
        "{\"schema\": \"plimsoll.report/v2\"}",
    ] {
        assert!(read_other(text.as_bytes()).is_err(), "{text}");
    }
    assert_eq!(read_other(b"{}"), Err(CompareError::Form));
    // Odd fields where lists and texts should be.
    for text in [
        "{\"SchemaVersion\": 2, \"Results\": {\"a\": 1}}",
        "{\"SchemaVersion\": 2, \"Results\": [{\"Vulnerabilities\": [1, null, {\"VulnerabilityID\": []}]}]}",
        "{\"descriptor\": [], \"matches\": [1, {\"vulnerability\": {}, \"artifact\": 7}]}",
        "{\"results\": [{\"packages\": [{\"package\": \"x\"}]}]}",
    ] {
        let other = read_other(text.as_bytes()).unwrap();
        assert!(other.matches.is_empty(), "{text}");
    }
}

#[test]
fn every_reason_has_its_word() {
    let mut words: Vec<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Reason::ALL.len());
}

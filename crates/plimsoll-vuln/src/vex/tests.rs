use plimsoll_model::finding::VexStatus;
use plimsoll_model::{
    Digest, Ecosystem, Finding, FindingKind, Inventory, Package, PackageIndex, Part, Purl,
    Severity, State, Target, TargetKind,
};

use super::*;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn read(text: &str) -> VexDocument {
    read_vex("vex.json", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn package(purl: &str) -> Package {
    let purl: Purl = purl.parse().expect("a package URL");
    let parts = purl.parts().expect("its parts");
    Package {
        ecosystem: Ecosystem::new(&parts.purl_type),
        namespace: parts.namespace,
        name: parts.name,
        version: parts.version.unwrap_or_default(),
        arch: None,
        purl,
        part: Part::Os,
        state: State::Installed,
        source: None,
        licenses: Vec::new(),
        cataloger: "dpkg-status".into(),
        locations: Vec::new(),
        module: None,
    }
}

/// An image with openssl, an application, and log4j; CVE-2026-1 found in each of them.
fn scan() -> (Inventory, Vec<Finding>) {
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Image,
        name: "registry.example/shop/cart:2.3".to_owned(),
        digest: Some(DIGEST.parse().expect("a digest")),
        platform: None,
        os: None,
    });
    inventory.packages = vec![
        package("pkg:deb/debian/openssl@3.0.15-1?arch=amd64&distro=debian-12"),
        package("pkg:maven/com.acme/app@1.0"),
        package("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"),
    ];
    let findings = (0..inventory.packages.len())
        .map(|index| {
            let print = format!("f{index}");
            let severity = Severity::High;
            let kind = FindingKind::Vulnerability;
            let mut finding = Finding::new(kind, "CVE-2026-1", print, severity, "overflow");
            finding.aliases = vec!["GHSA-aaaa-bbbb-cccc".to_owned()];
            finding.package = Some(PackageIndex(index));
            finding
        })
        .collect();
    (inventory, findings)
}

/// Which of the three findings the statements except.
fn excepted(statements: &[VexStatement]) -> Vec<bool> {
    let (inventory, mut findings) = scan();
    let outcome = apply_vex(&mut findings, &inventory, statements);
    let excepted: Vec<bool> = findings.iter().map(|it| it.excepted.is_some()).collect();
    assert_eq!(outcome.excepted, excepted.iter().filter(|it| **it).count());
    excepted
}

fn openvex(statements: &str) -> String {
    format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://acme.example/vex/1",
            "author": "Acme\nSecurity", "timestamp": "2026-01-02T03:04:05Z", "version": 1,
            "statements": [{statements}]}}"#
    )
}

fn about(product: &str) -> String {
    openvex(&format!(
        r#"{{"vulnerability": {{"name": "CVE-2026-1"}}, "products": [{product}],
            "status": "not_affected", "justification": "vulnerable_code_not_present"}}"#
    ))
}

#[test]
fn openvex_is_read_whole() {
    let document = read(&openvex(
        r#"{"vulnerability": {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2026-1",
             "name": "CVE-2026-1", "aliases": ["GHSA-aaaa-bbbb-cccc"]},
            "timestamp": "2026-02-02T00:00:00Z",
            "products": [{"@id": "pkg:oci/cart@sha256%3Aaa", "hashes": {"sha-256": "nothex"},
              "subcomponents": [{"@id": "pkg:deb/debian/openssl"}]}],
            "status": "not_affected", "justification": "component_not_present",
            "impact_statement": "not built in"}"#,
    ));
    assert_eq!(document.skipped, [] as [String; 0]);
    let [statement] = &document.statements[..] else {
        panic!("{document:?}")
    };
    assert_eq!(
        statement.vulnerabilities,
        ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"]
    );
    assert_eq!(statement.status, StatementStatus::NotAffected);
    assert_eq!(
        statement.justification.as_deref(),
        Some("component_not_present")
    );
    assert_eq!(statement.impact.as_deref(), Some("not built in"));
    assert_eq!(statement.document, "https://acme.example/vex/1");
    assert_eq!(statement.author.as_deref(), Some("Acme Security"));
    assert_eq!(statement.timestamp, "2026-02-02T00:00:00Z".parse().ok());
    assert_eq!(statement.place, "vex.json: statement 1");
    assert_eq!(statement.products[0].subcomponents.len(), 1);
}

#[test]
fn openvex_of_the_first_version_has_names_for_objects() {
    let document = read(
        r#"{"@context": "https://openvex.dev/ns", "@id": "x", "statements": [
            {"vulnerability": "CVE-2026-1", "products": ["pkg:deb/debian/openssl"],
             "status": "fixed"}]}"#,
    );
    assert_eq!(document.statements[0].vulnerabilities, ["CVE-2026-1"]);
    assert_eq!(excepted(&document.statements), [true, false, false]);
}

#[test]
fn products_match_by_the_rules_of_package_urls() {
    let cases = [
        (r#"{"@id": "pkg:deb/debian/openssl"}"#, [true, false, false]),
        (
            r#"{"@id": "pkg:deb/debian/openssl@3.0.15-1"}"#,
            [true, false, false],
        ),
        (r#"{"@id": "pkg:deb/debian/openssl@3.0.16-1"}"#, [false; 3]),
        (
            r#"{"@id": "pkg:deb/debian/openssl?arch=amd64"}"#,
            [true, false, false],
        ),
        (
            r#"{"@id": "pkg:deb/debian/openssl?arch=arm64"}"#,
            [false; 3],
        ),
        (r#"{"@id": "pkg:deb/ubuntu/openssl"}"#, [false; 3]),
        (r#"{"@id": "pkg:rpm/debian/openssl"}"#, [false; 3]),
        (
            r#"{"@id": "urn:x", "identifiers": {"purl": "pkg:deb/debian/openssl"}}"#,
            [true, false, false],
        ),
        // The image, by digest and by name.
        (
            r#"{"@id": "pkg:oci/cart@sha256%3Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
            [true; 3],
        ),
        (
            r#"{"@id": "pkg:oci/cart@sha256%3Abaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
            [false; 3],
        ),
        (
            r#"{"@id": "x", "hashes": {"sha-256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}"#,
            [true; 3],
        ),
        (
            r#"{"@id": "pkg:oci/cart?repository_url=registry.example%2Fshop%2Fcart&tag=2.3"}"#,
            [true; 3],
        ),
        (
            r#"{"@id": "pkg:oci/cart?repository_url=registry.example%2Fshop%2Fcart&tag=2.4"}"#,
            [false; 3],
        ),
        (
            r#"{"@id": "pkg:oci/cart?repository_url=registry.other%2Fshop%2Fcart"}"#,
            [false; 3],
        ),
        (r#"{"@id": "pkg:oci/cart"}"#, [true; 3]),
        (r#"{"@id": "pkg:oci/car"}"#, [false; 3]),
        (
            r#"{"@id": "pkg:docker/shop/cart@2.3?repository_url=registry.example"}"#,
            [true; 3],
        ),
        // A part of the image; a part of another product that is in it, and of one that is not.
        (
            r#"{"@id": "pkg:oci/cart", "subcomponents": [{"@id": "pkg:deb/debian/openssl"}]}"#,
            [true, false, false],
        ),
        (
            r#"{"@id": "pkg:maven/com.acme/app", "subcomponents":
                [{"@id": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}]}"#,
            [false, false, true],
        ),
        (
            r#"{"@id": "pkg:maven/com.acme/other", "subcomponents":
                [{"@id": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}]}"#,
            [false; 3],
        ),
    ];
    for (product, expected) in cases {
        assert_eq!(
            excepted(&read(&about(product)).statements),
            expected,
            "{product}"
        );
    }
}

#[test]
fn a_findings_alias_will_do() {
    let text = about(r#"{"@id": "pkg:oci/cart"}"#).replace("CVE-2026-1", "ghsa-aaaa-bbbb-cccc");
    assert_eq!(excepted(&read(&text).statements), [true; 3]);
    let text = about(r#"{"@id": "pkg:oci/cart"}"#).replace("CVE-2026-1", "CVE-2026-2");
    let statements = read(&text).statements;
    assert_eq!(excepted(&statements), [false; 3]);
    let (inventory, mut findings) = scan();
    assert_eq!(
        apply_vex(&mut findings, &inventory, &statements).unused,
        [0]
    );
}

#[test]
fn the_exception_says_by_whom_and_why() {
    let (inventory, mut findings) = scan();
    let document = read(&about(r#"{"@id": "pkg:deb/debian/openssl"}"#));
    apply_vex(&mut findings, &inventory, &document.statements);
    let excepted = findings[0].excepted.as_ref().expect("excepted");
    assert_eq!(excepted.by, "vex.json: statement 1");
    assert_eq!(excepted.owner.as_deref(), Some("Acme Security"));
    assert_eq!(
        excepted.reason.as_deref(),
        Some("vulnerable_code_not_present")
    );
    assert_eq!(excepted.vex, Some(VexStatus::NotAffected));
    // What is excepted already stays with its first reason.
    let mut other = document.statements.clone();
    other[0].place = "other.json: statement 1".to_owned();
    assert_eq!(apply_vex(&mut findings, &inventory, &other).excepted, 0);
}

#[test]
fn the_latest_statement_decides() {
    let statement = |status: &str, time: &str| {
        format!(
            r#"{{"vulnerability": {{"name": "CVE-2026-1"}}, "timestamp": "{time}",
                "products": [{{"@id": "pkg:deb/debian/openssl"}}], "status": "{status}",
                "justification": "x"}}"#
        )
    };
    let order = |first: (&str, &str), second: (&str, &str)| {
        let both = format!(
            "{},{}",
            statement(first.0, first.1),
            statement(second.0, second.1)
        );
        excepted(&read(&openvex(&both)).statements)[0]
    };
    let (early, late) = ("2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z");
    assert!(order(
        ("under_investigation", early),
        ("not_affected", late)
    ));
    assert!(order(
        ("not_affected", late),
        ("under_investigation", early)
    ));
    assert!(!order(("not_affected", early), ("affected", late)));
    assert!(!order(("affected", late), ("not_affected", early)));
    // Of the same time, the later in the document.
    assert!(order(("affected", early), ("fixed", early)));
    assert!(!order(("fixed", early), ("affected", early)));
}

#[test]
fn what_cannot_be_used_is_named() {
    let document = read(&openvex(
        r#"{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "cart"}], "status": "fixed"},
           {"vulnerability": {"name": "CVE-1"}, "products": [], "status": "fixed"},
           {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:oci/cart"}],
            "status": "not_affected"},
           {"products": [{"@id": "pkg:oci/cart"}], "status": "fixed"},
           {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:oci/cart"}],
            "status": "gone"},
           {"vulnerability": {"name": "CVE-1"}, "status": "fixed", "timestamp": "soon",
            "products": [{"@id": "pkg:oci/cart", "subcomponents": [{"@id": "libx"}]}]}"#,
    ));
    assert_eq!(document.statements, []);
    let reasons: Vec<&str> = (document.skipped.iter())
        .map(|remark| {
            remark
                .strip_prefix("vex.json: statement ")
                .expect("a place")
        })
        .collect();
    assert_eq!(
        reasons,
        [
            "1: product `cart` is no package URL",
            "1: it has no product with a package URL or digest",
            "2: it has no product with a package URL or digest",
            "3: it says `not_affected` without a reason",
            "4: it names no vulnerability",
            "5: it has no status `gone`",
            "6: its time is not RFC 3339; it counts as the oldest",
            "6: a subcomponent of `pkg:oci/cart` is no package URL",
            "6: it has no product with a package URL or digest",
        ]
    );
}

#[test]
fn cyclonedx_beside_its_components() {
    let document = read(
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "urn:uuid:1",
            "metadata": {"timestamp": "2026-01-01T00:00:00Z", "authors": [{"name": "Ann"}],
              "component": {"bom-ref": "image", "purl": "pkg:oci/cart"}},
            "components": [{"bom-ref": "a", "purl": "pkg:maven/com.acme/app@1.0",
              "components": [{"bom-ref": "l",
                "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}]},
              {"bom-ref": "nameless"}],
            "vulnerabilities": [
              {"id": "CVE-2026-1", "references": [{"id": "GHSA-x"}],
               "analysis": {"state": "not_affected", "justification": "code_not_reachable",
                 "detail": "JNDI is off"}, "affects": [{"ref": "l"}]},
              {"id": "CVE-2026-1", "analysis": {"state": "false_positive"},
               "affects": [{"ref": "urn:cdx:3e67/1#pkg%3Adeb%2Fdebian%2Fopenssl"}]},
              {"id": "CVE-2026-3", "analysis": {"state": "resolved"}, "affects": [{"ref": "image"}]},
              {"id": "CVE-2026-4", "affects": [{"ref": "a"}]},
              {"id": "CVE-2026-5", "analysis": {"state": "exploitable"},
               "affects": [{"ref": "nameless"}]}]}"#,
    );
    assert_eq!(document.statements.len(), 3);
    assert_eq!(document.skipped.len(), 2, "{:?}", document.skipped);
    assert_eq!(excepted(&document.statements), [true, false, true]);
    let first = &document.statements[0];
    assert_eq!(first.vulnerabilities, ["CVE-2026-1", "GHSA-x"]);
    assert_eq!(first.author.as_deref(), Some("Ann"));
    assert_eq!(first.place, "vex.json: vulnerability 1");
    assert_eq!(document.statements[2].products[0].subcomponents, []);
}

#[test]
fn csaf_by_branches_groups_and_relationships() {
    let document = read(
        r#"{"document": {"category": "csaf_vex", "csaf_version": "2.0",
              "publisher": {"name": "Acme", "category": "vendor"},
              "tracking": {"id": "ACME-1", "current_release_date": "2026-01-01T00:00:00Z"}},
            "product_tree": {
              "branches": [{"category": "vendor", "name": "Acme", "branches": [
                {"category": "product_version", "name": "1.0", "product": {"name": "app",
                  "product_id": "APP",
                  "product_identification_helper": {"purl": "pkg:maven/com.acme/app@1.0"}}}]}],
              "full_product_names": [
                {"name": "log4j", "product_id": "LOG4J", "product_identification_helper":
                  {"purl": "pkg:maven/org.apache.logging.log4j/log4j-core"}},
                {"name": "RHEL", "product_id": "RHEL",
                 "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9"}},
                {"name": "image", "product_id": "IMAGE", "product_identification_helper":
                  {"hashes": [{"filename": "x", "file_hashes": [{"algorithm": "sha256", "value":
                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]}]}}],
              "relationships": [
                {"category": "default_component_of", "product_reference": "LOG4J",
                 "relates_to_product_reference": "APP",
                 "full_product_name": {"name": "x", "product_id": "APP:LOG4J"}},
                {"category": "default_component_of", "product_reference": "LOG4J",
                 "relates_to_product_reference": "RHEL",
                 "full_product_name": {"name": "x", "product_id": "RHEL:LOG4J"}}],
              "product_groups": [{"group_id": "G", "product_ids": ["APP:LOG4J", "RHEL:LOG4J"]}]},
            "vulnerabilities": [
              {"cve": "CVE-2026-1", "ids": [{"system_name": "x", "text": "GHSA-x"}],
               "product_status": {"known_not_affected": ["APP:LOG4J", "RHEL:LOG4J", "APP"],
                 "fixed": ["IMAGE"]},
               "flags": [{"label": "vulnerable_code_not_present", "group_ids": ["G"]}],
               "threats": [{"category": "impact", "details": "no logging", "product_ids": ["APP:LOG4J"]},
                 {"category": "exploit_status", "details": "none", "product_ids": ["APP"]}]}]}"#,
    );
    let places: Vec<(&str, usize)> = (document.statements.iter())
        .map(|it| (it.place.as_str(), it.products.len()))
        .collect();
    assert_eq!(
        places,
        [
            ("vex.json: vulnerability 1, not_affected", 1),
            ("vex.json: vulnerability 1, fixed", 1)
        ]
    );
    assert_eq!(document.statements[0].impact.as_deref(), Some("no logging"));
    assert_eq!(
        document.statements[0].vulnerabilities,
        ["CVE-2026-1", "GHSA-x"]
    );
    assert_eq!(document.statements[0].document, "ACME-1");
    assert_eq!(excepted(&document.statements[..1]), [false, false, true]);
    assert_eq!(excepted(&document.statements[1..]), [true; 3]);
    // The platform has no package URL; the application, no reason.
    assert_eq!(
        document.skipped,
        [
            "vex.json: vulnerability 1, not_affected: product `RHEL:LOG4J` has no package URL or digest",
            "vex.json: vulnerability 1, not_affected: it says `not_affected` without a reason",
        ]
    );
}

#[test]
fn what_is_no_vex_is_an_error() {
    let reason = |text: &str| {
        read_vex("a\u{1b}.json", text.as_bytes())
            .expect_err(text)
            .to_string()
    };
    assert!(reason("{}").contains("neither OpenVEX nor CSAF nor CycloneDX"));
    assert!(reason("{}").starts_with("read VEX document a\\u{1b}.json"));
    assert!(reason("[]").contains("a JSON object"));
    assert!(reason("").contains("EOF"));
    assert!(reason(r#"{"@context": ["x"], "bomFormat": 1}"#).contains("neither"));
    let levels = 100_000;
    let deep = format!(
        r#"{{"bomFormat":"CycloneDX"{}{}}}"#,
        r#","components":[{"bom-ref":"x""#.repeat(levels),
        "}]".repeat(levels)
    );
    assert!(reason(&deep).contains("recursion limit"));
    let wrong = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [7]}"#;
    assert!(reason(wrong).contains("line 1"));
    let long = vec![b' '; VEX_BYTES_MAX + 1];
    assert!(
        read_vex("x", &long)
            .expect_err("too long")
            .reason
            .contains("32 MiB")
    );
}

#[test]
fn remarks_have_an_end() {
    let many = vec!["{\"status\": \"gone\"}"; VEX_SKIPPED_MAX + 5].join(",");
    let document = read(&openvex(&many));
    assert_eq!(document.skipped.len(), VEX_SKIPPED_MAX + 1);
    assert_eq!(
        document.skipped.last().map(String::as_str),
        Some("vex.json: 5 more remarks")
    );
}

#[test]
fn a_digest_is_a_digest() {
    let hex = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let expected: Digest = DIGEST.parse().expect("a digest");
    assert_eq!(product::digest("SHA-256", hex), Some(expected));
    assert_eq!(product::digest("md5", hex), None);
}

//! The starter database that comes with the program is small enough, whole, and knows what its page
//! (`docs/starter-database.md`) says.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::io::Read;
use std::path::Path;

use plimsoll_vuln::{Database, Scope};

/// Largest starter database, in bytes.
const STARTER_BYTES_MAX: usize = 8 << 20;

fn starter() -> Database {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/starter.db");
    let mut bytes = Vec::new();
    let mut file = std::fs::File::open(path).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    Database::open(bytes).unwrap()
}

/// The version from which on a CVE is fixed, as the changelogs say.
fn fixed_in(database: &Database, release: &str, package: &str, cve: &str) -> Option<String> {
    let scope = Scope::from(format!("deb:debian:{release}"));
    let vulnerabilities = database.vulnerability(cve).unwrap();
    let records = vulnerabilities.iter().flat_map(|known| &known.records);
    let affected = records
        .filter(|known| known.source == "debian-changelog")
        .flat_map(|known| &known.record.affected)
        .find(|affected| affected.scope == scope && affected.package == package)?;
    affected.ranges.last()?.fixed.clone()
}

#[test]
fn it_is_small_and_whole() {
    let database = starter();
    assert!(database.bytes().len() <= STARTER_BYTES_MAX);
    database.verify().unwrap();
    assert!(database.meta().facts_only);
}

#[test]
fn it_knows_debian_12_and_13() {
    let database = starter();
    for (release, package, cve, fixed) in [
        ("12", "openssl", "CVE-2023-5363", "3.0.11-1~deb12u2"),
        ("12", "curl", "CVE-2023-38545", "7.88.1-10+deb12u4"),
        ("12", "glibc", "CVE-2023-4911", "2.36-9+deb12u3"),
        ("12", "libwebp", "CVE-2023-4863", "1.2.4-0.2+deb12u1"),
        ("12", "openssh", "CVE-2023-48795", "1:9.2p1-2+deb12u2"),
        ("12", "bash", "CVE-2014-6271", "4.3-9.1"),
        ("13", "openssl", "CVE-2025-9230", "3.5.1-1+deb13u1"),
    ] {
        let found = fixed_in(&database, release, package, cve);
        assert_eq!(found.as_deref(), Some(fixed), "{package} {cve}");
    }
    assert!(fixed_in(&database, "12", "linux", "CVE-2024-1086").is_some());
}

#[test]
fn it_holds_only_what_may_be_passed_on() {
    let database = starter();
    let sources: Vec<&str> = database
        .meta()
        .sources
        .iter()
        .map(|source| source.id.as_str())
        .collect();
    for source in ["ubuntu", "debian-dsa"] {
        assert!(!sources.contains(&source), "{source}");
    }
    // What changelogs say is a part, and told as one.
    let debian = Scope::from("deb:debian:12".to_owned());
    assert!(!database.covers(&debian));
}

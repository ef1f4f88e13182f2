//! One database of all real snapshots: its size, what it finds, and that it checks.
//!
//! The snapshots lie beside the checkout (`$PLIMSOLL_DATA`); elsewhere this says that it was
//! skipped. What it shows is also tested with small records in the crate.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may panic, and shows what it measured"
)]

use std::time::Instant;

use plimsoll_vuln::sources::{Files, source};
use plimsoll_vuln::{BuildOptions, Builder, Database, Scope, Status};

#[path = "snapshots/archive.rs"]
mod archive;

/// Largest database of all snapshots, in bytes.
const DATABASE_BYTES_MAX: usize = 60 << 20;

/// Sources and their snapshots.
const SNAPSHOTS: [(&str, &str); 17] = [
    ("almalinux", "almalinux-osv"),
    ("alpine", "alpine-secdb-2020"),
    ("bitnami", "bitnami-vulndb"),
    ("cve", "vulnrichment-2024-10"),
    ("debian-dsa", "debian-dsa-dla"),
    ("debian-support", "debian-security-support-2026-06"),
    ("ghsa", "osv-ghsa-mined.json"),
    ("go", "govulndb"),
    ("kev", "cisa-kev"),
    ("node", "nodejs-security-wg"),
    ("osv", "k8s-2024"),
    ("packagist", "php-fop"),
    ("pypa", "pypa"),
    ("retirejs", "retirejs"),
    ("rubysec", "rubysec"),
    ("rustsec", "rustsec"),
    ("ubuntu", "ubuntu-cve-tracker"),
];

#[test]
fn a_database_of_everything() {
    if archive::folder().is_none() {
        return;
    }
    let begun = Instant::now();
    let mut builder = Builder::new(BuildOptions::default());
    for (id, snapshot) in SNAPSHOTS {
        let source = source(id).unwrap();
        let Some(mut files) = archive::files(snapshot) else {
            return;
        };
        files.retain(|file| source.wants(&file.path));
        let mut sink = builder.sink(id);
        source.read(&mut Files::new(files), &mut sink).unwrap();
    }
    println!("read in {:?}", begun.elapsed());
    let begun = Instant::now();
    let bytes = builder.finish().unwrap();
    println!("written in {:?}: {} bytes", begun.elapsed(), bytes.len());
    assert!(bytes.len() <= DATABASE_BYTES_MAX, "{} bytes", bytes.len());

    let database = Database::open(bytes).unwrap();
    let begun = Instant::now();
    database.verify().unwrap();
    println!("verified in {:?}", begun.elapsed());
    let meta = database.meta();
    println!(
        "{} vulnerabilities, {} ids, {} packages, {} statements",
        meta.vulnerabilities, meta.ids, meta.packages, meta.statements
    );
    for source in &meta.sources {
        println!(
            "{}: {:?}, {} records, {} enrichments, {} skipped, {} scopes",
            source.id,
            source.snapshot.map(|day| day.to_string()),
            source.records,
            source.enrichments,
            source.skipped,
            source.covers.len()
        );
    }
    for (part, size) in database.sizes() {
        println!("{part}: {size} bytes");
    }

    let fixed_in = |scope: &str, package: &str, id: &str| {
        let known = database.vulnerability(id).unwrap();
        let affected = known
            .iter()
            .flat_map(|known| &known.records)
            .flat_map(|sourced| &sourced.record.affected)
            .find(|affected| affected.scope.as_str() == scope && affected.package == package);
        affected.and_then(|affected| affected.ranges.first()?.fixed.clone())
    };
    // Shellshock, Heartbleed, POODLE, Log4Shell, as their publishers have them.
    for (scope, package, id, fixed) in [
        (
            "deb:ubuntu:14.04",
            "bash",
            "CVE-2014-6271",
            "4.3-7ubuntu1.1",
        ),
        (
            "deb:debian:7",
            "bash",
            "CVE-2014-6271",
            "4.2+dfsg-0.1+deb7u1",
        ),
        (
            "deb:debian:7",
            "openssl",
            "CVE-2014-0160",
            "1.0.1e-2+deb7u5",
        ),
        (
            "deb:ubuntu:12.04",
            "openssl",
            "CVE-2014-0160",
            "1.0.1-4ubuntu5.12",
        ),
        (
            "deb:debian:7",
            "lighttpd",
            "CVE-2014-3566",
            "1.4.31-4+deb7u4",
        ),
    ] {
        assert_eq!(
            fixed_in(scope, package, id).as_deref(),
            Some(fixed),
            "{id} {scope}"
        );
    }
    let log4shell = &database.vulnerability("CVE-2021-44228").unwrap()[0];
    assert!(
        log4shell
            .enrichment
            .as_ref()
            .unwrap()
            .known_exploited
            .is_some()
    );
    let kinds = database
        .statements(&Scope::release("deb", "ubuntu", "20.04"), "openssl")
        .unwrap();
    for status in [Status::Affected, Status::NotAffected] {
        assert!(kinds.iter().any(|kind| kind.affected.status == status));
    }
}

//! Every record of the real snapshots is read, and what is not has a reason that is known here.
//!
//! The snapshots lie beside the checkout (`$PLIMSOLL_DATA`); elsewhere these tests say that they
//! were skipped. What they show is also tested with small records beside each source.

use std::collections::BTreeMap;

use plimsoll_vuln::sources::{Files, source};
use plimsoll_vuln::{Item, Record};

#[path = "snapshots/archive.rs"]
mod archive;

/// What a source yields from a snapshot.
struct Yield {
    items: Vec<Item>,
    /// Files that the source wanted.
    files: usize,
}

impl Yield {
    fn of(id: &str, snapshot: &str) -> Option<Self> {
        let source = source(id).unwrap();
        let mut files = archive::files(snapshot)?;
        files.retain(|file| source.wants(&file.path));
        let count = files.len();
        let mut items = Vec::new();
        let begun = std::time::Instant::now();
        source.read(&mut Files::new(files), &mut items).unwrap();
        println!(
            "{id}: {count} files, {} items in {:?}",
            items.len(),
            begun.elapsed()
        );
        Some(Self {
            items,
            files: count,
        })
    }

    fn records(&self) -> Vec<&Record> {
        let records = self.items.iter().filter_map(|item| match item {
            Item::Advisory(record) => Some(&**record),
            _ => None,
        });
        records.collect()
    }

    fn enrichments(&self) -> usize {
        let is_one = |item: &&Item| matches!(item, Item::Enrichment(_));
        self.items.iter().filter(is_one).count()
    }

    /// How often each reason was given for what could not be read.
    fn skipped(&self) -> BTreeMap<&str, usize> {
        let mut reasons = BTreeMap::new();
        for item in &self.items {
            if let Item::Skipped { reason, .. } = item {
                *reasons.entry(reason.as_str()).or_default() += 1;
            }
        }
        reasons
    }

    fn record(&self, id: &str) -> &Record {
        self.records()
            .into_iter()
            .find(|record| record.id == id)
            .unwrap_or_else(|| panic!("no record {id}"))
    }

    fn covers(&self) -> Vec<String> {
        let scopes = self.items.iter().filter_map(|item| match item {
            Item::Covers(scope) => Some(scope.to_string()),
            _ => None,
        });
        scopes.collect()
    }
}

/// `[2.0,3.0)` for each range of the only package with this name, `-` for no bound.
fn ranges(record: &Record, package: &str) -> String {
    let show = |version: &Option<String>| version.clone().unwrap_or_else(|| "-".to_owned());
    let affected = record
        .affected
        .iter()
        .filter(|affected| affected.package == package);
    affected
        .flat_map(|affected| &affected.ranges)
        .map(|range| match &range.last_affected {
            Some(last) => format!("[{},{last}]", show(&range.introduced)),
            None => format!("[{},{})", show(&range.introduced), show(&range.fixed)),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn almalinux() {
    let Some(read) = Yield::of("almalinux", "almalinux-osv") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

#[test]
fn go() {
    let Some(read) = Yield::of("go", "govulndb") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

#[test]
fn pypa() {
    let Some(read) = Yield::of("pypa", "pypa") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

#[test]
fn bitnami() {
    let Some(read) = Yield::of("bitnami", "bitnami-vulndb") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

#[test]
fn osv() {
    let Some(read) = Yield::of("osv", "osv-ghsa-mined.json") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
    let Some(read) = Yield::of("osv", "k8s-2024") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

#[test]
fn kev() {
    let Some(read) = Yield::of("kev", "cisa-kev") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.enrichments(),
        read.skipped()
    );
}

#[test]
fn cve() {
    let Some(read) = Yield::of("cve", "vulnrichment-2024-10") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.enrichments(),
        read.skipped()
    );
}

#[test]
fn alpine() {
    let Some(read) = Yield::of("alpine", "alpine-secdb-2020") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

#[test]
fn debian_dsa() {
    let Some(read) = Yield::of("debian-dsa", "debian-dsa-dla") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

#[test]
fn debian_support() {
    let Some(read) = Yield::of("debian-support", "debian-security-support-2026-06") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

#[test]
fn ubuntu() {
    let Some(read) = Yield::of("ubuntu", "ubuntu-cve-tracker") else {
        return;
    };
    println!(
        "{:?} {} {:?}",
        read.covers(),
        read.records().len(),
        read.skipped()
    );
}

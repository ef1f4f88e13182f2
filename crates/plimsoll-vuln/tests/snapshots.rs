//! Every record of the real snapshots is read, and what is not has a reason that is known here.
//!
//! The snapshots lie beside the checkout (`$PLIMSOLL_DATA`); elsewhere these tests say that they
//! were skipped. What they show is also tested with small records beside each source.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly, and says when it was skipped"
)]

use std::collections::BTreeMap;

use plimsoll_vuln::sources::{Files, source};
use plimsoll_vuln::{Item, Record, Status};

#[path = "snapshots/archive.rs"]
mod archive;

/// What a source yields from a snapshot.
struct Yield {
    items: Vec<Item>,
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
        Some(Self { items })
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

/// Where nothing was left unread.
const NOTHING: [(&str, usize); 0] = [];

/// How often each reason was given, in the order of the reasons.
fn assert_skipped(read: &Yield, expected: &[(&str, usize)]) {
    assert_eq!(read.skipped(), expected.iter().copied().collect());
}

#[test]
fn almalinux() {
    let Some(read) = Yield::of("almalinux", "almalinux-osv") else {
        return;
    };
    // 5,680 errata; 1,197 of them mend no vulnerability.
    assert_eq!(read.records().len(), 4_483);
    assert_skipped(&read, &NOTHING);
    assert_eq!(
        read.covers(),
        ["rpm:almalinux:10", "rpm:almalinux:8", "rpm:almalinux:9"]
    );
    let node = read.record("ALSA-2022:6595");
    assert_eq!(node.upstream.len(), 10);
    assert_eq!(node.vendor_severity.as_deref(), Some("Moderate"));
    assert_eq!(ranges(node, "nodejs"), "[-,1:16.16.0-1.el9_0)");
    let streams = read
        .records()
        .iter()
        .flat_map(|record| &record.affected)
        .filter_map(|affected| affected.module.clone())
        .collect::<std::collections::BTreeSet<_>>();
    assert!(streams.contains("nodejs:18") && streams.contains("container-tools:rhel8"));
}

#[test]
fn alpine() {
    let Some(read) = Yield::of("alpine", "alpine-secdb-2020") else {
        return;
    };
    assert_eq!(read.records().len(), 11_454);
    assert_skipped(&read, &NOTHING);
    assert_eq!(read.covers().len(), 9);
    assert_eq!(ranges(read.record("CVE-2016-0682"), "db"), "");
}

#[test]
fn bitnami() {
    let Some(read) = Yield::of("bitnami", "bitnami-vulndb") else {
        return;
    };
    assert_eq!(read.records().len(), 7_444);
    assert_skipped(&read, &NOTHING);
    assert_eq!(
        ranges(read.record("BIT-gitlab-2020-10082"), "gitlab"),
        "[12.2.0,12.8.2)"
    );
}

#[test]
fn cve() {
    let Some(read) = Yield::of("cve", "vulnrichment-2024-10") else {
        return;
    };
    assert_eq!(read.enrichments(), 44_130);
    assert_skipped(&read, &NOTHING);
}

#[test]
fn debian_dsa() {
    let Some(read) = Yield::of("debian-dsa", "debian-dsa-dla") else {
        return;
    };
    // 8,940 notices; the others announce something or mend a regression.
    assert_eq!(read.records().len(), 8_707);
    assert_skipped(&read, &NOTHING);
    let heartbleed = read.record("DSA-2896-1");
    assert_eq!(heartbleed.upstream, ["CVE-2014-0160"]);
    assert_eq!(ranges(heartbleed, "openssl"), "[-,1.0.1e-2+deb7u5)");
}

#[test]
fn debian_support() {
    let Some(read) = Yield::of("debian-support", "debian-security-support-2026-06") else {
        return;
    };
    let is_support = |item: &&Item| matches!(item, Item::Support(_));
    assert_eq!(read.items.iter().filter(is_support).count(), 77);
    assert_skipped(&read, &NOTHING);
}

#[test]
fn go() {
    let Some(read) = Yield::of("go", "govulndb") else {
        return;
    };
    assert_eq!(read.records().len(), 4_291);
    assert_skipped(&read, &NOTHING);
    assert_eq!(
        ranges(read.record("GO-2022-0969"), "stdlib"),
        "[-,1.18.6) [1.19.0-0,1.19.1)"
    );
    // Every version by the proxy's count, bounded by the versions that it does not know.
    assert_eq!(
        ranges(read.record("GO-2026-4454"), "gogs.io/gogs"),
        "[-,0.13.4)"
    );
    let withdrawn = read
        .records()
        .iter()
        .filter(|record| record.withdrawn.is_some())
        .count();
    assert_eq!(withdrawn, 17);
}

#[test]
fn kev() {
    let Some(read) = Yield::of("kev", "cisa-kev") else {
        return;
    };
    // The catalogue as JSON and once more as CSV.
    assert_eq!(read.enrichments(), 2 * 1_404);
    assert_skipped(&read, &NOTHING);
    assert!(
        read.items
            .iter()
            .any(|item| matches!(item, Item::Snapshot(_)))
    );
}

#[test]
fn node() {
    let Some(read) = Yield::of("node", "nodejs-security-wg") else {
        return;
    };
    assert_eq!(read.records().len(), 467 + 171 + 6);
    assert_skipped(&read, &NOTHING);
    assert_eq!(
        ranges(read.record("NSWG-COR-1"), "node"),
        "[4.0.0-0,4.8.4) [5.0.0-0,6.11.1) [7.0.0-0,7.10.1) [8.0.0-0,8.1.4)"
    );
}

#[test]
fn osv() {
    let Some(read) = Yield::of("osv", "osv-ghsa-mined.json") else {
        return;
    };
    assert_eq!(read.records().len(), 509);
    assert_skipped(&read, &NOTHING);
    // Mined from elsewhere: parts of what is known about Go and Maven.
    assert!(read.covers().is_empty());
    let Some(read) = Yield::of("osv", "k8s-2024") else {
        return;
    };
    assert_eq!(read.records().len(), 44);
    assert_skipped(&read, &[("missing field `id` at line 3 column 1", 1)]);
}

#[test]
fn packagist() {
    let Some(read) = Yield::of("packagist", "php-fop") else {
        return;
    };
    assert_eq!(read.records().len(), 1_592);
    assert_skipped(&read, &NOTHING);
}

#[test]
fn pypa() {
    let Some(read) = Yield::of("pypa", "pypa") else {
        return;
    };
    assert_eq!(read.records().len(), 2_661);
    assert_skipped(&read, &NOTHING);
    assert_eq!(
        ranges(read.record("PYSEC-2024-70"), "django"),
        "[4.2,4.2.15) [5.0,5.0.8)"
    );
}

#[test]
fn retirejs() {
    let Some(read) = Yield::of("retirejs", "retirejs") else {
        return;
    };
    // 723 ranges of 484 vulnerabilities.
    assert_eq!(read.records().len(), 484);
    assert_skipped(&read, &NOTHING);
}

#[test]
fn rubysec() {
    let Some(read) = Yield::of("rubysec", "rubysec") else {
        return;
    };
    assert_eq!(read.records().len(), 1_381);
    assert_skipped(&read, &NOTHING);
}

#[test]
fn rustsec() {
    let Some(read) = Yield::of("rustsec", "rustsec") else {
        return;
    };
    let is_support = |item: &&Item| matches!(item, Item::Support(_));
    let unmaintained = read.items.iter().filter(is_support).count();
    assert_eq!((read.records().len(), unmaintained), (967, 258));
    assert_skipped(&read, &NOTHING);
}

#[test]
fn ubuntu() {
    let Some(read) = Yield::of("ubuntu", "ubuntu-cve-tracker") else {
        return;
    };
    assert_eq!(read.records().len(), 46_773);
    assert_skipped(&read, &[("released, but in no version", 105)]);
    assert_eq!(read.covers().len(), 36);
    let heartbleed = read.record("CVE-2014-0160");
    assert_eq!(
        ranges(heartbleed, "openssl"),
        "[-,1.0.1-4ubuntu5.12) [-,1.0.1c-3ubuntu2.7) [-,1.0.1e-3ubuntu1.2)"
    );
    let mut states: BTreeMap<Status, usize> = BTreeMap::new();
    for affected in read.records().iter().flat_map(|record| &record.affected) {
        *states.entry(affected.status).or_default() += 1;
    }
    assert_eq!(states.len(), 5, "{states:?}");
}

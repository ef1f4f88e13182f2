//! Opening, looking up and matching, on a database of the size of real ones, made by code.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a benchmark may panic, and shows what it measured"
)]

use std::sync::LazyLock;

use divan::counter::ItemsCount;
use plimsoll_model::{
    Distribution, Ecosystem, Inventory, Location, Package, Part, Purl, SourcePackage, State,
    Target, TargetKind,
};
use plimsoll_vuln::bench::look_up;
use plimsoll_vuln::{
    Affected, BuildOptions, Builder, CvssVector, Database, Item, MatchOptions, Range, Record,
    Scope, Status, match_inventory,
};

const RELEASES: usize = 30;
const PACKAGES: usize = 4_000;
const VULNERABILITIES: usize = 40_000;

fn main() {
    divan::main();
}

fn release(index: usize) -> String {
    format!("{}.04", index + 4)
}

fn name(index: usize) -> String {
    format!("package-{:x}", (index * 2_654_435_761) % 0xff_ffff)
}

/// Forty thousand records, each about one package in every release: 1.2 million statements.
fn build() -> Vec<u8> {
    let mut builder = Builder::new(BuildOptions::default());
    for index in 0..RELEASES {
        let scope = Scope::release("deb", "ubuntu", &release(index));
        builder.add("ubuntu", Item::Covers(scope));
    }
    for number in 0..VULNERABILITIES {
        let mut record = Record::new(format!("CVE-{}-{:04}", 2000 + number / 1600, number % 1600));
        record.summary = Some(format!("An attacker could do thing {number} to a service"));
        record.vendor_severity = Some("medium".to_owned());
        record.cvss = vec![CvssVector {
            vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned(),
            rated_by: Some("nvd".to_owned()),
        }];
        record.affected = (0..RELEASES)
            .map(|index| Affected {
                scope: Scope::release("deb", "ubuntu", &release(index)),
                package: name(number % PACKAGES),
                binary: false,
                status: Status::Affected,
                ranges: vec![Range {
                    fixed: (number % 3 != 0)
                        .then(|| format!("1.{}-{index}ubuntu{}", number % 97, number % 7)),
                    ..Range::default()
                }],
                versions: Vec::new(),
                vendor_severity: None,
                fix_available: None,
                module: None,
                arches: Vec::new(),
            })
            .collect();
        builder.add("ubuntu", Item::Advisory(Box::new(record)));
    }
    builder.finish().unwrap()
}

static BYTES: LazyLock<&'static [u8]> = LazyLock::new(|| {
    let bytes = build().leak();
    eprintln!("database of {} KiB", bytes.len() >> 10);
    bytes
});
static DATABASE: LazyLock<Database> = LazyLock::new(|| Database::open(*BYTES).unwrap());

#[divan::bench]
fn open(bencher: divan::Bencher) {
    let bytes = *BYTES;
    bencher.bench(|| Database::open(bytes).unwrap());
}

/// Every statement about a package is read, as matching does.
#[divan::bench]
fn look_up_hits(bencher: divan::Bencher) {
    let names: Vec<String> = (0..1000).map(|n| name(n * 7 % PACKAGES)).collect();
    let scopes: Vec<String> = (0..RELEASES)
        .map(|index| format!("deb:ubuntu:{}", release(index)))
        .collect();
    let mut key = Vec::new();
    bencher
        .counter(ItemsCount::new(names.len()))
        .bench_local(|| {
            let mut statements = 0;
            for (name, scope) in names.iter().zip(scopes.iter().cycle()) {
                statements += look_up(&DATABASE, &mut key, scope, name).unwrap();
            }
            statements
        });
}

#[divan::bench]
fn look_up_misses(bencher: divan::Bencher) {
    let names: Vec<String> = (0..1000).map(|n| format!("{}-dev", name(n))).collect();
    let mut key = Vec::new();
    bencher
        .counter(ItemsCount::new(names.len()))
        .bench_local(|| {
            let mut statements = 0;
            for name in &names {
                statements += look_up(&DATABASE, &mut key, "deb:ubuntu:22.04", name).unwrap();
            }
            statements
        });
}

#[divan::bench]
fn explain(bencher: divan::Bencher) {
    bencher.bench(|| DATABASE.vulnerability("CVE-2014-1271").unwrap());
}

/// An image of three thousand packages, a quarter of which have something said about them.
#[divan::bench]
fn match_3000_packages(bencher: divan::Bencher) {
    let mut inventory = Inventory::new(Target {
        kind: TargetKind::Image,
        name: "bench".to_owned(),
        digest: None,
        platform: None,
        os: Some(Distribution {
            id: "ubuntu".to_owned(),
            version_id: Some("22.04".to_owned()),
            ..Distribution::default()
        }),
    });
    inventory.packages = (0..3000).map(package).collect();
    let options = MatchOptions {
        now: "2026-11-22T00:00:00Z".parse().unwrap(),
    };
    let found = match_inventory(&DATABASE, &inventory, &options).unwrap();
    eprintln!("{} findings", found.findings.len());
    bencher.bench(|| match_inventory(&DATABASE, &inventory, &options).unwrap());
}

fn package(index: usize) -> Package {
    let name = if index.is_multiple_of(4) {
        name(index)
    } else {
        format!("other-{index}")
    };
    // A version that is mended but for a few.
    let version = format!("1.90-{}ubuntu9", index % 40);
    Package {
        ecosystem: Ecosystem::DEB,
        namespace: Some("ubuntu".to_owned()),
        purl: Purl::new("deb", Some("ubuntu"), &name, &version, &[]).unwrap(),
        source: Some(SourcePackage {
            name: name.clone(),
            version: version.clone(),
        }),
        name,
        version,
        arch: Some("amd64".to_owned()),
        part: Part::Os,
        state: State::Installed,
        licenses: Vec::new(),
        cataloger: "dpkg-status".into(),
        locations: vec![Location::file("var/lib/dpkg/status")],
        module: None,
    }
}

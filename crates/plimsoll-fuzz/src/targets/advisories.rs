//! Advisory sources, the database file and what lies beside it, versions, constraints, CVSS.

use std::cmp::Ordering;
use std::sync::OnceLock;

use plimsoll_vuln::schemes::SCHEMES;
use plimsoll_vuln::{
    BuildOptions, Builder, Database, Item, VersionScheme, cvss, fuzz, fuzz_db, fuzz_sources,
};

use super::target;
use crate::Target;
use crate::seeds::advisories as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "database",
        "the database file",
        None,
        fuzz_db::database,
        seeds::databases
    ),
    target!(
        "database_forged",
        "the database file, its checksums made right",
        None,
        forged,
        seeds::forged
    ),
    target!(
        "database_signature",
        "signatures of a database",
        Some("json"),
        fuzz_db::signature,
        seeds::signatures
    ),
    target!(
        "database_index",
        "the index of databases",
        Some("json"),
        fuzz_db::index,
        seeds::database_indexes
    ),
    target!(
        "source_osv",
        "OSV, as all six sources that publish it",
        Some("osv"),
        osv,
        seeds::osv
    ),
    target!(
        "source_alpine",
        "Alpine's secdb",
        Some("yaml"),
        |data| read("alpine", &["main.yaml", "main.json"], data),
        seeds::alpine
    ),
    target!(
        "source_cve",
        "CVE records",
        Some("osv"),
        |data| read("cve", &["CVE-2024-0001.json"], data),
        seeds::cve
    ),
    target!(
        "source_debian",
        "Debian's security tracker",
        Some("osv"),
        |data| read("debian", &["tracker.json"], data),
        seeds::debian
    ),
    target!(
        "source_debian_changelog",
        "Debian's changelogs",
        Some("debian"),
        |data| read("debian-changelog", &["debian-12/a/changelog"], data),
        seeds::changelogs
    ),
    target!(
        "source_debian_dsa",
        "Debian's lists of DSA and DLA",
        Some("debian"),
        |data| read("debian-dsa", &["data/DSA/list"], data),
        seeds::dsa
    ),
    target!(
        "source_debian_support",
        "Debian's lists of what is supported",
        Some("debian"),
        |data| read(
            "debian-support",
            &["security-support-ended.deb12", "security-support-limited"],
            data
        ),
        seeds::support
    ),
    target!(
        "source_epss",
        "EPSS",
        None,
        |data| read("epss", &["epss.csv"], data),
        seeds::epss
    ),
    target!(
        "source_kev",
        "CISA's catalogue",
        Some("osv"),
        |data| read("kev", &["kev.json", "kev.csv"], data),
        seeds::kev
    ),
    target!(
        "source_node",
        "Node's advisories",
        Some("osv"),
        |data| read("node", &["vuln/npm/1.json", "vuln/core/1.json"], data),
        seeds::node
    ),
    target!(
        "source_packagist",
        "Packagist's advisories",
        Some("yaml"),
        |data| read("packagist", &["a/b/CVE-2024-1.yaml"], data),
        seeds::packagist
    ),
    target!(
        "source_retirejs",
        "retire.js",
        Some("osv"),
        |data| read("retirejs", &["jsrepository.json"], data),
        seeds::retirejs
    ),
    target!(
        "source_rubysec",
        "Ruby's advisories",
        Some("yaml"),
        |data| read(
            "rubysec",
            &["gems/a/CVE-2024-0001.yml", "rubies/ruby/CVE-2024-0001.yml"],
            data
        ),
        seeds::rubysec
    ),
    target!(
        "source_rustsec",
        "RustSec's advisories",
        Some("toml"),
        |data| read(
            "rustsec",
            &[
                "crates/a/RUSTSEC-2024-0001.md",
                "crates/a/RUSTSEC-2024-0001.toml"
            ],
            data
        ),
        seeds::rustsec
    ),
    target!(
        "source_ubuntu",
        "Ubuntu's tracker",
        Some("debian"),
        |data| read("ubuntu", &["active/CVE-2024-0001"], data),
        seeds::ubuntu
    ),
    target!(
        "versions",
        "versions in every scheme: the laws of an order",
        Some("versions"),
        versions,
        seeds::versions
    ),
    target!(
        "constraints",
        "version constraints in every dialect",
        Some("versions"),
        constraints,
        seeds::constraints
    ),
    target!(
        "version_pairs",
        "streams of version pairs",
        Some("versions"),
        fuzz::pairs,
        seeds::version_pairs
    ),
    target!(
        "cvss",
        "CVSS vectors",
        Some("cvss"),
        cvss_vector,
        seeds::cvss
    ),
];

/// Of the database that is forged.
const GOOD_ID: &str = "CVE-2024-0001";

/// Reads a file by a source; what it yields goes into a database, which then holds together.
fn read(id: &str, paths: &[&str], data: &[u8]) {
    for path in paths {
        let items = fuzz_sources::read(id, path, data);
        if data.len().is_multiple_of(8) {
            assert_eq!(fuzz_sources::read(id, path, data), items, "{id}");
        }
        if data.len().is_multiple_of(4) {
            build(id, items);
        }
    }
}

fn build(source: &str, items: Vec<Item>) {
    let mut builder = Builder::new(BuildOptions::default());
    let ids: Vec<String> = items
        .iter()
        .filter_map(|item| match item {
            // Longer ids are skipped, and the builder says so.
            Item::Advisory(record) if record.id.len() <= fuzz_sources::ID_BYTES_MAX => {
                Some(record.id.clone())
            }
            _ => None,
        })
        .take(3)
        .collect();
    for item in items {
        builder.add(source, item);
    }
    let database = Database::open(
        builder
            .finish()
            .expect("a database of anything that is read"),
    );
    let database = database.expect("a database that was just built");
    database.verify().expect("a database that was just built");
    for id in ids {
        let known = database.vulnerability(&id).expect("a look-up");
        assert!(!known.is_empty(), "{id} is not found again");
    }
}

/// The six that publish OSV, each with a path of its own, as JSON and as YAML.
fn osv(data: &[u8]) {
    read("osv", &["feed.json"], data);
    read("pypa", &["PYSEC-2024-1.yaml"], data);
    for (id, path) in [
        ("almalinux", "ALSA-2024_0001.json"),
        ("bitnami", "BIT-a-2024-1.json"),
        ("ghsa", "GHSA-aaaa-bbbb-cccc.json"),
        ("go", "GO-2024-0001.json"),
    ] {
        let _ = fuzz_sources::read(id, path, data);
    }
}

fn forged(data: &[u8]) {
    static GOOD: OnceLock<Vec<u8>> = OnceLock::new();
    fuzz_db::forged(GOOD.get_or_init(|| seeds::database(GOOD_ID)), data);
}

/// Three versions, one a line.
fn versions(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (a, b, c) = (next(), next(), next());
    for scheme in SCHEMES {
        laws(*scheme, false, [a, b, c]);
        laws(*scheme, true, [a, b, c]);
    }
}

fn laws(scheme: &dyn VersionScheme, as_written: bool, [a, b, c]: [&str; 3]) {
    let id = scheme.id();
    let compare = |a, b| {
        if as_written {
            scheme.compare_as_written(a, b)
        } else {
            scheme.compare(a, b)
        }
    };
    for version in [a, b, c] {
        if let Ok(order) = compare(version, version) {
            assert_eq!(order, Ordering::Equal, "{id}: {version:?} and itself");
        }
    }
    let Ok(ab) = compare(a, b) else {
        return;
    };
    assert_eq!(compare(b, a), Ok(ab.reverse()), "{id}: {b:?} {a:?}");
    // Maven's own order runs in circles in odd corners: v0 < 0.rc.0 < 0 < v0. So does PHP's with a
    // `#`, which is nothing that is matched by.
    let is_circle = id == "composer" && [a, b, c].iter().any(|version| version.contains('#'));
    if id == "maven" || (is_circle && as_written) {
        return;
    }
    let (Ok(bc), Ok(ac)) = (compare(b, c), compare(a, c)) else {
        return;
    };
    if ab == bc || bc.is_eq() {
        assert_eq!(ac, ab, "{id}: {a:?} {b:?} {c:?}");
    } else if ab.is_eq() {
        assert_eq!(ac, bc, "{id}: {a:?} {b:?} {c:?}");
    }
}

/// A version, and a constraint in the next line.
fn constraints(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (version, constraint) = text.split_once('\n').unwrap_or(("1.0", &text));
    fuzz::constraint(constraint, version);
}

fn cvss_vector(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(score) = cvss::score(&text) {
        assert!((0.0..=10.0).contains(&score.score), "{}", score.score);
        assert_eq!(cvss::score(&score.vector), Ok(score));
    }
}

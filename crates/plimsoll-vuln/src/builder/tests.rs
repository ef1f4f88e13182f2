use plimsoll_model::{Date, Severity};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::{
    Affected, CvssVector, Database, DatabaseError, Enrichment, Range, Record, Scope, Status,
    Support, SupportState,
};

fn affected(scope: &str, package: &str, fixed: Option<&str>) -> Affected {
    Affected {
        scope: Scope::from(scope.to_owned()),
        package: package.to_owned(),
        binary: false,
        status: Status::Affected,
        ranges: vec![Range {
            fixed: fixed.map(str::to_owned),
            ..Range::default()
        }],
        versions: Vec::new(),
        vendor_severity: None,
        fix_available: None,
        module: None,
        arches: Vec::new(),
    }
}

fn record(id: &str, aliases: &[&str], affected: Vec<Affected>) -> Item {
    let mut record = Record::new(id);
    record.aliases = aliases.iter().map(|id| (*id).to_owned()).collect();
    record.affected = affected;
    Item::Advisory(Box::new(record))
}

fn notice(id: &str, upstream: &[&str], affected: Vec<Affected>) -> Item {
    let mut record = Record::new(id);
    record.upstream = upstream.iter().map(|id| (*id).to_owned()).collect();
    record.affected = affected;
    Item::Advisory(Box::new(record))
}

fn build(items: &[(&str, Item)]) -> Database {
    let bytes = bytes_of(items, BuildOptions::default());
    let database = Database::open(bytes).unwrap();
    database.verify().unwrap();
    database
}

fn bytes_of(items: &[(&str, Item)], options: BuildOptions) -> Vec<u8> {
    let mut builder = Builder::new(options);
    for (source, item) in items {
        builder.add(source, item.clone());
    }
    builder.finish().unwrap()
}

fn ids(database: &Database, id: &str) -> Vec<(String, Vec<String>)> {
    database
        .vulnerability(id)
        .unwrap()
        .into_iter()
        .map(|known| (known.id, known.aliases))
        .collect()
}

#[test]
fn an_empty_database_is_a_database() {
    let database = build(&[]);
    assert_eq!(database.meta().vulnerabilities, 0);
    assert!(database.vulnerability("CVE-2014-6271").unwrap().is_empty());
    assert!(
        database
            .statements(&Scope::ecosystem("npm"), "left-pad")
            .unwrap()
            .is_empty()
    );
}

#[test]
fn aliases_lead_to_one_vulnerability() {
    let database = build(&[
        (
            "ghsa",
            record("GHSA-jfh8-c2jp-5v3q", &["CVE-2021-44228"], vec![]),
        ),
        (
            "osv",
            record(
                "OSV-1",
                &["ghsa-JFH8-c2jp-5v3q"],
                vec![affected("maven", "a:b", None)],
            ),
        ),
    ]);
    let expected = vec![(
        "CVE-2021-44228".to_owned(),
        vec!["GHSA-jfh8-c2jp-5v3q".to_owned(), "OSV-1".to_owned()],
    )];
    for id in ["cve-2021-44228", "GHSA-JFH8-C2JP-5V3Q", "osv-1"] {
        assert_eq!(ids(&database, id), expected, "{id}");
    }
}

#[test]
fn a_notice_speaks_of_each_cve() {
    let database = build(&[(
        "debian-dsa",
        notice(
            "DSA-2896-1",
            &["CVE-2014-0160", "CVE-2014-0076"],
            vec![affected("deb:debian:7", "openssl", Some("1.0.1e-2+deb7u5"))],
        ),
    )]);
    let found = database.vulnerability("DSA-2896-1").unwrap();
    assert_eq!(found.len(), 2);
    for known in found {
        assert_eq!(known.aliases, Vec::<String>::new());
        assert_eq!(known.records[0].record.id, "DSA-2896-1");
        assert_eq!(known.records[0].record.affected.len(), 1);
    }
}

#[test]
fn two_cve_ids_never_become_one() {
    let database = build(&[
        (
            "ghsa",
            record("GHSA-a", &["CVE-2020-1", "CVE-2020-2"], vec![]),
        ),
        ("osv", record("OSV-9", &["CVE-2020-1"], vec![])),
        ("pypa", record("PYSEC-1", &["OSV-9", "CVE-2020-2"], vec![])),
    ]);
    assert_eq!(ids(&database, "CVE-2020-1").len(), 1);
    assert_eq!(ids(&database, "CVE-2020-2").len(), 1);
    assert_eq!(ids(&database, "GHSA-a").len(), 2);
    assert_ne!(ids(&database, "CVE-2020-1"), ids(&database, "CVE-2020-2"));
}

#[test]
fn everything_a_record_says_is_kept() {
    let mut full = Record::new("GHSA-x");
    full.aliases = vec!["CVE-2024-1".to_owned()];
    full.published = Some("2024-01-02T03:04:05Z".parse().unwrap());
    full.modified = Some("2024-02-02T03:04:05Z".parse().unwrap());
    full.withdrawn = Some("2024-03-02T03:04:05Z".parse().unwrap());
    full.summary = Some("Something  is\nwrong \u{1b}[31m".to_owned());
    full.severity = Some(Severity::High);
    full.vendor_severity = Some("important".to_owned());
    full.cvss = vec![CvssVector {
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned(),
        rated_by: Some("ghsa".to_owned()),
    }];
    full.weaknesses = vec!["CWE-79".to_owned()];
    full.affected = vec![Affected {
        scope: Scope::release("rpm", "almalinux", "8"),
        package: "nodejs".to_owned(),
        binary: true,
        status: Status::WontFix,
        ranges: vec![Range {
            introduced: Some("1".to_owned()),
            after: Some("0.5".to_owned()),
            fixed: None,
            last_affected: Some("3".to_owned()),
        }],
        versions: vec!["7".to_owned()],
        vendor_severity: Some("low".to_owned()),
        fix_available: Some(Date::constant(2024, 5, 6)),
        module: Some("nodejs:18".to_owned()),
        arches: vec!["x86_64".to_owned()],
    }];
    let mut expected = full.clone();
    expected.summary = Some("Something is wrong \\u{1b}[31m".to_owned());

    let enrichment = Enrichment {
        id: "CVE-2024-1".to_owned(),
        known_exploited: Some(Date::constant(2024, 6, 7)),
        epss: Some(0.25),
        cvss: Vec::new(),
        weaknesses: vec!["CWE-1".to_owned()],
        published: None,
        rejected: true,
        exploitation: Some(crate::Exploitation::Active),
        summary: None,
    };
    let database = build(&[
        ("ghsa", Item::Advisory(Box::new(full))),
        ("kev", Item::Enrichment(enrichment.clone())),
    ]);
    let known = &database.vulnerability("CVE-2024-1").unwrap()[0];
    assert_eq!(known.records[0].record, expected);
    assert_eq!(known.enrichment, Some(enrichment));
    assert_eq!(known.enriched_by, ["kev"]);
    assert!(known.is_void());
    let statements = database
        .statements(&Scope::release("rpm", "almalinux", "8"), "nodejs")
        .unwrap();
    assert_eq!(statements[0].affected, expected.affected[0]);
    assert!(statements[0].withdrawn);
}

#[test]
fn facts_only_leaves_the_prose_out() {
    let mut prose = Record::new("CVE-1");
    prose.summary = Some("words".to_owned());
    let items = [("osv", Item::Advisory(Box::new(prose)))];
    let database = Database::open(bytes_of(&items, BuildOptions { facts_only: true })).unwrap();
    let known = &database.vulnerability("CVE-1").unwrap()[0];
    assert_eq!(known.records[0].record.summary, None);
    assert!(database.meta().facts_only);
}

#[test]
fn meta_says_what_is_in_it() {
    let database = build(&[
        ("kev", Item::Snapshot(Date::constant(2026, 1, 2))),
        (
            "alpine",
            Item::Covers(Scope::release("apk", "alpine", "3.19")),
        ),
        (
            "alpine",
            Item::Covers(Scope::release("apk", "alpine", "3.18")),
        ),
        (
            "alpine",
            Item::Skipped {
                path: "main.yaml".to_owned(),
                reason: "cut off".to_owned(),
            },
        ),
        (
            "debian-support",
            Item::Support(Support {
                scope: Scope::release("deb", "debian", "10"),
                package: None,
                state: SupportState::Ended,
                until: Some(Date::constant(2024, 6, 30)),
                version: None,
            }),
        ),
    ]);
    let meta = database.meta();
    let names: Vec<&str> = meta.sources.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(names, ["alpine", "debian-support", "kev"]);
    assert_eq!(meta.newest(), Some(Date::constant(2026, 1, 2)));
    assert_eq!(meta.sources[0].skipped, 1);
    assert!(database.covers(&Scope::release("apk", "alpine", "3.19")));
    assert!(!database.covers(&Scope::release("apk", "alpine", "3.20")));
    assert_eq!(database.support().unwrap().len(), 1);
    let set = database.advisory_set(crate::signature::digest_of(database.bytes()));
    assert_eq!(
        set.sources[0].coverage.as_deref(),
        Some("alpine 3.18, 3.19")
    );
}

#[test]
fn names_are_found_by_their_beginning() {
    let database = build(&[(
        "osv",
        record(
            "CVE-1",
            &[],
            vec![
                affected("npm", "left-pad", None),
                affected("npm", "lodash", None),
                affected("pypi", "lodash", None),
            ],
        ),
    )]);
    let names = |prefix, max| database.packages_like(prefix, max).unwrap();
    assert_eq!(
        names("lo", 9),
        [
            (Scope::ecosystem("npm"), "lodash".to_owned()),
            (Scope::ecosystem("pypi"), "lodash".to_owned())
        ]
    );
    assert_eq!(names("l", 2).len(), 2);
    assert!(names("x", 9).is_empty());
}

fn item() -> impl Strategy<Value = (&'static str, Item)> {
    let id = || {
        select(vec![
            "CVE-2020-1",
            "CVE-2020-2",
            "cve-2020-2",
            "GHSA-a",
            "GHSA-b",
            "OSV-1",
        ])
    };
    let spoken = || {
        vec(
            (
                select(vec!["npm", "pypi", "deb:debian:12"]),
                select(vec!["a", "b", "ab"]),
                prop::option::of(select(vec!["1", "2", "3.0"])),
            ),
            0..3,
        )
        .prop_map(|list| {
            list.into_iter()
                .map(|(scope, package, fixed)| affected(scope, package, fixed))
                .collect::<Vec<_>>()
        })
    };
    let source = || select(vec!["osv", "ghsa", "debian"]);
    prop_oneof![
        (source(), id(), vec(id(), 0..3), spoken())
            .prop_map(|(source, id, aliases, list)| (source, record(id, &aliases, list))),
        (source(), id(), vec(id(), 1..3), spoken())
            .prop_map(|(source, id, upstream, list)| (source, notice(id, &upstream, list))),
        (source(), id(), 0.0..1.0, any::<bool>()).prop_map(|(source, id, epss, rejected)| {
            let known = Enrichment {
                id: id.to_owned(),
                known_exploited: None,
                epss: Some(epss),
                cvss: Vec::new(),
                weaknesses: vec![id.to_owned()],
                published: None,
                rejected,
                exploitation: None,
                summary: Some(format!("about {id} by {source}")),
            };
            (source, Item::Enrichment(known))
        }),
        (source(), 0..30).prop_map(|(source, number)| {
            let skipped = Item::Skipped {
                path: format!("{number}"),
                reason: "cut off".to_owned(),
            };
            (source, skipped)
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_the_input_does_not_matter(
        (items, shuffled) in vec(item(), 0..40)
            .prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle()))
    ) {
        let first = bytes_of(&items, BuildOptions::default());
        prop_assert!(first == bytes_of(&shuffled, BuildOptions::default()));
        let database = Database::open(first).unwrap();
        prop_assert_eq!(database.verify(), Ok(()));
    }

    #[test]
    fn nothing_said_is_lost(items in vec(item(), 0..40)) {
        let database = build(&items);
        for (source, item) in &items {
            let Item::Advisory(said) = item else { continue };
            let known = database.vulnerability(&said.id).unwrap();
            for affected in &said.affected {
                let kept = known.iter().flat_map(|k| &k.records).any(|kept| {
                    kept.source == *source
                        && kept.record.id == said.id
                        && kept.record.affected.contains(affected)
                });
                prop_assert!(kept, "{source} {} {affected:?}", said.id);
            }
        }
    }

    #[test]
    fn a_flip_anywhere_is_noticed(items in vec(item(), 1..20), place: prop::sample::Index, bit in 0..8) {
        let mut bytes = bytes_of(&items, BuildOptions::default());
        let place = place.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        prop_assert!(Database::open(bytes).and_then(|database| database.verify()).is_err());
    }

    #[test]
    fn a_damaged_database_never_says_less(items in vec(item(), 1..20), flips in vec((any::<prop::sample::Index>(), 0..8), 1..4)) {
        let good = build(&items);
        let mut bytes = good.bytes().to_vec();
        for (place, bit) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= 1_u8 << bit;
        }
        let Ok(damaged) = Database::open(bytes) else { return Ok(()) };
        for scope in ["npm", "pypi", "deb:debian:12"] {
            for package in ["a", "b", "ab"] {
                let scope = Scope::from(scope.to_owned());
                if let Ok(said) = damaged.statements(&scope, package) {
                    prop_assert_eq!(said, good.statements(&scope, package).unwrap());
                }
            }
        }
    }

    #[test]
    fn a_cut_database_is_refused(items in vec(item(), 1..10), place: prop::sample::Index) {
        let mut bytes = bytes_of(&items, BuildOptions::default());
        bytes.truncate(place.index(bytes.len()));
        let refused = matches!(
            Database::open(bytes),
            Err(DatabaseError::NotADatabase | DatabaseError::Damaged { .. } | DatabaseError::Length { .. })
        );
        prop_assert!(refused);
    }

    #[test]
    fn a_forged_database_does_no_harm(items in vec(item(), 1..20), section: u8, content in vec(any::<u8>(), 0..200)) {
        let good = bytes_of(&items, BuildOptions::default());
        let mut bytes = vec![section];
        bytes.extend(content);
        crate::fuzz_db::forged(&good, &bytes);
    }

    #[test]
    fn a_section_with_a_forged_flip_does_no_harm(items in vec(item(), 1..20), section: u8, place: prop::sample::Index, byte: u8) {
        let good = bytes_of(&items, BuildOptions::default());
        let parts = crate::database::format::Part::ALL;
        let index = usize::from(section) % parts.len();
        let header = crate::database::format::Header::parse(&good).unwrap();
        let chosen = header.section(parts[index]);
        let mut content = good[chosen.offset..chosen.offset + chosen.len].to_vec();
        prop_assume!(!content.is_empty());
        let place = place.index(content.len());
        content[place] = byte;
        let mut bytes = vec![index as u8];
        bytes.extend(content);
        crate::fuzz_db::forged(&good, &bytes);
    }
}

#[test]
fn ids_that_are_no_ids_are_left_out_and_told() {
    let long = "X".repeat(1000);
    let database = build(&[
        ("osv", record("CVE-1", &[&long], vec![])),
        ("osv", record(&long, &[], vec![])),
        ("osv", record("", &[], vec![])),
    ]);
    assert_eq!(ids(&database, "CVE-1"), [("CVE-1".to_owned(), Vec::new())]);
    assert_eq!(
        (
            database.meta().vulnerabilities,
            database.meta().sources[0].skipped
        ),
        (1, 3)
    );
}

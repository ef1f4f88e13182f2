//! The three forms against what was put into them, and against every lie that code can think of.

use proptest::prelude::*;

use super::fixture::{HeaderMaker, Spec, bdb, header, ndb, sqlite};
use crate::testing::read;
use crate::{Cataloger, Facts};

/// A way to make a database, and who reads it from where.
struct Form {
    make: fn(&[Vec<u8>]) -> Vec<u8>,
    cataloger: &'static str,
    path: &'static str,
}

const FORMS: [Form; 4] = [
    Form {
        make: |blobs| sqlite(blobs, 512),
        cataloger: "rpm-sqlite",
        path: "var/lib/rpm/rpmdb.sqlite",
    },
    Form {
        make: |blobs| sqlite(blobs, 4096),
        cataloger: "rpm-sqlite",
        path: "usr/lib/sysimage/rpm/rpmdb.sqlite",
    },
    Form {
        make: ndb,
        cataloger: "rpm-ndb",
        path: "usr/lib/sysimage/rpm/Packages.db",
    },
    Form {
        make: bdb,
        cataloger: "rpm-bdb",
        path: "var/lib/rpm/Packages",
    },
];

fn cataloger(id: &str) -> &'static dyn Cataloger {
    let found = crate::catalogers::CATALOGERS
        .iter()
        .find(|one| one.id() == id);
    *found.unwrap()
}

impl Form {
    fn read(&self, bytes: Vec<u8>) -> (Facts, Option<String>) {
        read(cataloger(self.cataloger), self.path, bytes)
    }
}

fn specs(count: usize) -> Vec<Spec> {
    (0..count)
        .map(|number| {
            let mut spec = Spec::new(&format!("package-{number}")).with_files(number * 3);
            spec.epoch = (number % 3 == 0).then_some(number as u32);
            spec
        })
        .collect()
}

fn blobs(count: usize) -> Vec<Vec<u8>> {
    specs(count).iter().map(header).collect()
}

#[test]
fn every_package_of_every_form_is_read() {
    for form in FORMS {
        for count in [1, 2, 40, 300] {
            let (facts, reason) = form.read((form.make)(&blobs(count)));
            assert_eq!(reason, None, "{} {count}", form.cataloger);
            for (found, spec) in facts.packages.iter().zip(specs(count)) {
                assert_eq!(found.name, spec.name);
                let epoch = spec.epoch.filter(|epoch| *epoch > 0);
                let version =
                    epoch.map_or(String::new(), |epoch| format!("{epoch}:")) + "1.2.3-4.el9";
                assert_eq!(found.version, version);
                let source = found.source.as_ref().unwrap();
                assert_eq!(
                    (&source.name, &source.version),
                    (&format!("{}-src", spec.name), &version)
                );
                let owned = facts.owned.iter().find(|owned| owned.package == spec.name);
                let mut paths: Vec<u64> = spec
                    .files
                    .iter()
                    .map(|(folder, name)| crate::cataloger::path_hash(&format!("{folder}{name}")))
                    .collect();
                paths.sort_unstable();
                assert_eq!(owned.map_or(&[][..], |owned| &owned.paths), paths);
            }
            assert_eq!(facts.packages.len(), count);
        }
    }
}

#[test]
fn a_file_that_ends_early_is_noticed_at_every_length() {
    for form in FORMS {
        let whole = (form.make)(&blobs(12));
        for end in (0..whole.len()).step_by(7).chain(0..600.min(whole.len())) {
            let (facts, reason) = form.read(whole[..end].to_vec());
            // The last page or blob may be filled up with nothing.
            assert!(
                reason.is_some() || facts.packages.len() == 12,
                "{} at {end}",
                form.cataloger
            );
            assert!(facts.packages.len() <= 12);
        }
    }
}

#[test]
fn what_is_no_database_is_said() {
    for form in FORMS {
        for bytes in [vec![], vec![0; 10], vec![0; 10_000], vec![0xff; 10_000]] {
            let (facts, reason) = form.read(bytes);
            assert!(
                facts.packages.is_empty() && reason.is_some(),
                "{}",
                form.cataloger
            );
        }
        let (facts, reason) = form.read((form.make)(&[]));
        assert!(facts.packages.is_empty());
        assert_eq!(
            reason.as_deref(),
            Some("package database has no packages in it")
        );
    }
}

#[test]
fn a_database_of_another_root_is_not_counted() {
    for form in FORMS {
        let bytes = (form.make)(&blobs(1));
        let (facts, reason) = read(
            cataloger(form.cataloger),
            &format!("mnt/{}", form.path),
            bytes,
        );
        assert!(facts.packages.is_empty() && reason.is_some());
    }
}

#[test]
fn keys_are_no_packages() {
    for form in FORMS {
        let (facts, reason) = form.read((form.make)(&[header(&Spec::new("gpg-pubkey"))]));
        assert_eq!((facts.packages.len(), reason), (0, None));
    }
}

#[test]
fn one_damaged_header_does_not_hide_the_others() {
    for form in FORMS {
        let mut all = blobs(5);
        all[2].truncate(100);
        let (facts, reason) = form.read((form.make)(&all));
        assert_eq!(facts.packages.len(), 4, "{}", form.cataloger);
        assert_eq!(
            reason.as_deref(),
            Some("package header: entries are cut off")
        );
    }
}

#[test]
fn headers_that_lie() {
    let named = || {
        let mut maker = HeaderMaker::default();
        maker.string(1000, "a").string(1001, "1").string(1002, "2");
        maker
    };
    let said = |maker: &HeaderMaker| {
        let (facts, reason) = FORMS[2].read(ndb(&[maker.blob()]));
        (facts.packages.len(), reason.unwrap_or_default())
    };
    assert_eq!(said(&named()), (1, String::new()));
    for (tag, kind, count, data, reason) in [
        (
            1022,
            6,
            1,
            &b"not closed"[..],
            "tag 1022 is not in the store",
        ),
        (1003, 6, 1, b"text\0", "tag 1003 is not in the store"),
        (1003, 4, 0, b"", "tag 1003 is not in the store"),
        (1117, 8, u32::MAX, b"a\0", "tag 1117 is not in the store"),
        (
            1116,
            4,
            u32::MAX,
            b"\0\0\0\0",
            "tag 1116 is not in the store",
        ),
    ] {
        let (packages, said) = said(named().entry(tag, kind, count, data));
        assert_eq!((packages, said), (0, format!("package header: {reason}")));
    }
    // Files without folders, and with a folder that is not there.
    for indexes in [&[][..], &[7]] {
        let mut maker = named();
        maker.int32s(1116, indexes).strings(1117, ["x"].into_iter());
        maker.strings(1118, ["/a/"].into_iter());
        let lie = "package header: file list does not hold together".to_owned();
        assert_eq!(said(&maker), (1, lie));
    }
    let mut nameless = HeaderMaker::default();
    nameless.string(1001, "1");
    assert_eq!(
        said(&nameless),
        (0, "package header: no package name".to_owned())
    );
    let mut escapes = HeaderMaker::default();
    escapes
        .string(1000, "a\u{1b}[2J")
        .string(1001, "1")
        .string(1002, "1");
    assert_eq!(
        said(&escapes),
        (0, "package header: name is not a word".to_owned())
    );
}

#[test]
fn files_of_the_oldest_packages_are_read() {
    let mut maker = HeaderMaker::default();
    maker.string(1000, "a").string(1001, "1").string(1002, "2");
    maker.strings(1027, ["/bin/a", "/etc/a"].into_iter());
    let (facts, reason) = FORMS[2].read(ndb(&[maker.blob()]));
    assert_eq!(reason, None);
    assert_eq!(facts.owned[0].paths.len(), 2);
}

#[test]
fn a_module_is_its_name_and_stream() {
    let mut spec = Spec::new("nodejs");
    spec.module = Some("nodejs:18:8060020220523160029:ad008a3a".to_owned());
    let (facts, _) = FORMS[2].read(ndb(&[header(&spec)]));
    assert_eq!(facts.packages[0].module.as_deref(), Some("nodejs:18"));
}

/// Pages that lead to themselves or to each other, and values that all lie in one place.
#[test]
fn loops_end() {
    // SQLite: the last child of the root is the root itself.
    let mut file = sqlite(&blobs(40), 512);
    file[512 + 8..512 + 12].copy_from_slice(&2_u32.to_be_bytes());
    let (facts, reason) = FORMS[0].read(file);
    assert!(facts.packages.len() < 40);
    assert_eq!(
        reason.as_deref(),
        Some("package database leads to page 2 more than once")
    );
    // An overflow chain that leads back to its own first page.
    let mut file = sqlite(&[header(&Spec::new("a").with_files(100))], 512);
    file[2 * 512..2 * 512 + 4].copy_from_slice(&3_u32.to_be_bytes());
    let (facts, reason) = FORMS[0].read(file);
    assert!(facts.packages.is_empty());
    assert_eq!(
        reason.as_deref(),
        Some("package database leads to page 3 more than once")
    );
    // Berkeley DB: a bucket whose page is its own next page.
    let mut file = bdb(&blobs(2));
    file[512 + 16..512 + 20].copy_from_slice(&1_u32.to_le_bytes());
    let (facts, reason) = FORMS[3].read(file);
    assert_eq!(facts.packages.len(), 2);
    assert_eq!(
        reason.as_deref(),
        Some("package database leads to page 1 more than once")
    );
    // NDB: every slot claims the same blob.
    let mut file = ndb(&blobs(2));
    for slot in 4..256 {
        let first: Vec<u8> = file[3 * 16..4 * 16].to_vec();
        file[slot * 16..(slot + 1) * 16].copy_from_slice(&first);
    }
    let (_, reason) = FORMS[2].read(file);
    assert_eq!(
        reason.as_deref(),
        Some("NDB database: slots claim more than the file has")
    );
}

#[test]
fn a_left_over_log_is_said() {
    let mut log = 0x377f_0682_u32.to_be_bytes().to_vec();
    log.resize(16, 0);
    log.extend(b"saltsalt");
    log.resize(32 + 8, 0);
    log.extend(b"saltsalt");
    log.resize(32 + 24 + 512, 0);
    let path = "var/lib/rpm/rpmdb.sqlite-wal";
    let said = |bytes: &[u8]| read(cataloger("rpm-sqlite"), path, bytes).1;
    assert_eq!(
        said(&log).as_deref(),
        Some("write-ahead log holds changes that are not in the package database")
    );
    assert_eq!(said(&[]), None);
    assert_eq!(said(&log[..32]), None);
    log[40] = b'x';
    assert_eq!(said(&log), None);
    assert!(said(&[0; 100]).is_some());
}

proptest! {
    /// Whatever is changed: no panic, and either the same packages or a reason... or a change in
    /// bytes that nobody reads.
    #[test]
    fn changed_bytes_never_panic(
        form in 0..FORMS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let form = &FORMS[form];
        let mut bytes = (form.make)(&blobs(12));
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let (facts, _) = form.read(bytes);
        prop_assert!(facts.packages.len() <= 24);
    }

    #[test]
    fn any_bytes_never_panic(form in 0..FORMS.len(), bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let form = &FORMS[form];
        let mut whole = (form.make)(&[]);
        whole.truncate(100);
        whole.extend(&bytes);
        form.read(whole);
        form.read(bytes);
    }
}

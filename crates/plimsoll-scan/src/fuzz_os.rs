//! Entry points for fuzzing: every reader of the operating system's package databases, release
//! files and licences, each with a path that it wants.

use std::sync::Arc;

use crate::catalogers::CATALOGERS;
use crate::layer::FileFacts;
use crate::purls::package_of;
use crate::rpm::inventory::Collector;
use crate::stored::{self, StoredLayer};
use crate::{Facts, File};

/// Id of a cataloger, and a path of a file that it reads.
pub const TARGETS: &[(&str, &str)] = &[
    ("apk-installed", "lib/apk/db/installed"),
    ("bitnami", "opt/bitnami/.bitnami_components.json"),
    ("bitnami", "opt/bitnami/redis/.spdx-redis.spdx"),
    ("dpkg-copyright", "usr/share/doc/a/copyright"),
    ("dpkg-files", "var/lib/dpkg/info/a:amd64.list"),
    ("dpkg-status", "var/lib/dpkg/status"),
    ("dpkg-status-d", "var/lib/dpkg/status.d/a"),
    ("dpkg-status-d", "var/lib/dpkg/status.d/a.md5sums"),
    ("os-release", "etc/SuSE-release"),
    ("os-release", "etc/alpine-release"),
    ("os-release", "etc/debian_version"),
    ("os-release", "etc/lsb-release"),
    ("os-release", "etc/os-release"),
    ("os-release", "etc/redhat-release"),
    ("runtime-binaries", "usr/local/bin/python3.11"),
    ("runtime-binaries", "usr/local/bin/redis-server"),
    ("runtime-files", "usr/local/go/VERSION"),
    ("runtime-files", "opt/java/release"),
    ("rpm-bdb", "var/lib/rpm/Packages"),
    ("rpm-manifest", "var/lib/rpmmanifest/container-manifest-2"),
    ("rpm-ndb", "usr/lib/sysimage/rpm/Packages.db"),
    ("rpm-sqlite", "var/lib/rpm/rpmdb.sqlite"),
    ("rpm-sqlite", "var/lib/rpm/rpmdb.sqlite-wal"),
];

/// Hands bytes to the cataloger that reads this path: what it found, and why not more.
pub fn read(path: &str, bytes: &[u8]) -> (Facts, Option<String>) {
    let mut facts = Facts::default();
    let target = TARGETS.iter().find(|(_, known)| *known == path);
    let cataloger = target.and_then(|(id, _)| CATALOGERS.iter().find(|one| one.id() == *id));
    let Some(cataloger) = cataloger else {
        return (facts, Some(format!("no cataloger reads {path}")));
    };
    let file = File {
        path,
        mode: 0o644,
        data: Arc::new(bytes.to_vec()),
    };
    let result = cataloger.read(&file, &mut facts);
    (facts, result.err().map(|error| error.reason))
}

/// A package header as it lies in any of rpm's databases.
pub fn rpm_header(bytes: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let mut collector = Collector::new(&mut facts);
    collector.header(bytes);
    let _ = collector.finish();
    facts
}

/// A layer as stored in the cache, with a checksum that is right: what is read is stored again.
pub fn stored_layer(body: &[u8]) {
    let bytes = stored::seal(body);
    if let Ok(layer) = stored::decode(&bytes) {
        let again = stored::decode(&stored::encode(&layer));
        assert_eq!(again.as_ref(), Ok(&layer));
    }
}

/// Facts as they are stored, without the checksum: what [`stored_layer`] takes.
pub fn stored_body(path: &str, facts: Facts) -> Vec<u8> {
    let bytes = stored::encode(&layer_of(path, "dpkg-status", facts));
    bytes
        .get(stored::CHECKSUM_BYTES..)
        .unwrap_or_default()
        .to_vec()
}

fn layer_of(path: &str, cataloger: &str, facts: Facts) -> StoredLayer {
    let file = FileFacts {
        path: path.to_owned(),
        cataloger: cataloger.to_owned(),
        facts,
    };
    StoredLayer {
        facts: vec![file],
        index: Vec::new(),
        unknowns: Vec::new(),
    }
}

/// Facts as the rest of a scan uses them: kept in the cache, and made packages of.
pub fn use_facts(path: &str, cataloger: &str, facts: Facts) {
    for found in &facts.packages {
        if let Ok(package) = package_of(found, facts.os.as_ref(), cataloger) {
            assert_eq!(package.purl.as_str().parse(), Ok(package.purl.clone()));
        }
    }
    let layer = layer_of(path, cataloger, facts);
    let read = stored::decode(&stored::encode(&layer));
    // A file's own unknowns carry no layer yet, so nothing is lost.
    assert_eq!(read, Ok(layer));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A file as it should be, for each path that holds text.
    const GOOD: &[(&str, &str)] = &[
        (
            "lib/apk/db/installed",
            "P:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\no:musl\nF:lib\nR:ld-musl-x86_64.so.1\nZ:Q1x=\n\n\
             P:zlib\nV:1.3-r0\nA:x86_64\nL:Zlib\n\n",
        ),
        (
            "usr/share/doc/a/copyright",
            "Format: x\n\nFiles: *\nLicense: GPL-2+ or MIT, and ISC\n\nLicense: ISC\n text\n",
        ),
        (
            "var/lib/dpkg/info/a:amd64.list",
            "/.\n/usr\n/usr/bin\n/usr/bin/a\n/usr/bin/b\n",
        ),
        (
            "var/lib/dpkg/status",
            "Package: a\nStatus: install ok installed\nVersion: 1:1.0-1\nArchitecture: amd64\n\
             Source: b (1.0-1)\nDescription: x\n y\n\n\
             Package: c\nStatus: deinstall ok config-files\nVersion: 1\n\n",
        ),
        (
            "var/lib/dpkg/status.d/a",
            "Package: a\nVersion: 1\nArchitecture: all\n",
        ),
        (
            "var/lib/dpkg/status.d/a.md5sums",
            "d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/a.1/x\n",
        ),
        (
            "etc/SuSE-release",
            "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n",
        ),
        ("etc/alpine-release", "3.19.1\n"),
        ("etc/debian_version", "trixie/sid\n"),
        (
            "etc/lsb-release",
            "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\n",
        ),
        (
            "etc/os-release",
            "ID=\"debian\"\nVERSION_ID='12'\nID_LIKE=\"a b\"\nNAME=\"a\\\"b\"\n",
        ),
        ("etc/redhat-release", "CentOS release 6.10 (Final)\n"),
        (
            "var/lib/rpmmanifest/container-manifest-2",
            "a\t1-2\t1\t1\tx\t(none)\t1\tnoarch\t0\ta-1-2.src.rpm\n",
        ),
    ];

    #[test]
    fn every_path_is_wanted_by_its_cataloger() {
        for (id, path) in TARGETS {
            let cataloger = CATALOGERS.iter().find(|one| one.id() == *id).unwrap();
            assert!(cataloger.wants(path, 0o644, 1), "{path}");
        }
        for (path, text) in GOOD {
            let (facts, reason) = read(path, text.as_bytes());
            assert_eq!(reason, None, "{path}");
            assert_ne!(facts, Facts::default(), "{path}");
        }
    }

    #[test]
    fn a_file_cut_at_any_byte_is_read_without_panic() {
        for (path, text) in GOOD {
            for end in 0..text.len() {
                read(path, &text.as_bytes()[..end]);
            }
        }
    }

    proptest! {
        #[test]
        fn changed_text_never_panics(
            which in 0..GOOD.len(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let (path, text) = GOOD[which];
            let mut bytes = text.as_bytes().to_vec();
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            read(path, &bytes);
        }

        #[test]
        fn any_bytes_never_panic(
            which in 0..TARGETS.len(),
            bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            read(TARGETS[which].1, &bytes);
        }
    }
}

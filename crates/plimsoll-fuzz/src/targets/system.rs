//! Package databases of operating systems, release files, and what the cache keeps of them.

use plimsoll_scan::fuzz_os;

use super::target;
use crate::Target;
use crate::seeds::system as seeds;

pub const TARGETS: &[Target] = &[
    target!(
        "rpm_header",
        "rpm package headers",
        None,
        rpm_header,
        seeds::rpm_headers
    ),
    target!(
        "rpm_bdb",
        "rpm databases in Berkeley DB files",
        None,
        |data| paths(&["var/lib/rpm/Packages"], data),
        seeds::rpm_bdb
    ),
    target!(
        "rpm_ndb",
        "rpm databases in NDB files",
        None,
        |data| paths(&["usr/lib/sysimage/rpm/Packages.db"], data),
        seeds::rpm_ndb
    ),
    target!(
        "rpm_sqlite",
        "rpm databases in SQLite files",
        None,
        |data| paths(
            &["var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite-wal"],
            data
        ),
        seeds::rpm_sqlite
    ),
    target!(
        "rpm_manifest",
        "rpm's list of packages in small images",
        None,
        |data| paths(&["var/lib/rpmmanifest/container-manifest-2"], data),
        seeds::rpm_manifest
    ),
    target!(
        "dpkg_status",
        "dpkg's status, also in pieces",
        Some("dpkg"),
        |data| paths(&["var/lib/dpkg/status", "var/lib/dpkg/status.d/a"], data),
        seeds::dpkg_status
    ),
    target!(
        "dpkg_files",
        "dpkg's lists of files and checksums",
        None,
        |data| paths(
            &[
                "var/lib/dpkg/info/a:amd64.list",
                "var/lib/dpkg/status.d/a.md5sums"
            ],
            data
        ),
        seeds::dpkg_files
    ),
    target!(
        "dpkg_copyright",
        "Debian's copyright files",
        Some("dpkg"),
        |data| paths(&["usr/share/doc/a/copyright"], data),
        seeds::dpkg_copyright
    ),
    target!(
        "apk_installed",
        "apk's database",
        Some("apk"),
        |data| paths(&["lib/apk/db/installed"], data),
        seeds::apk_installed
    ),
    target!(
        "os_release",
        "os-release and the release files before it",
        Some("os-release"),
        os_release,
        seeds::os_release
    ),
    target!(
        "stored_layer",
        "what the cache keeps of a layer, its checksum made right",
        None,
        fuzz_os::stored_layer,
        seeds::stored_layers
    ),
];

/// Reads the bytes as each of these files, twice where that is cheap: the answers are the same.
pub fn paths(paths: &[&str], data: &[u8]) {
    for path in paths {
        let (facts, reason) = fuzz_os::read(path, data);
        if data.len().is_multiple_of(8) {
            assert_eq!(fuzz_os::read(path, data), (facts.clone(), reason));
        }
        super::check(&facts);
        fuzz_os::use_facts(path, "dpkg-status", facts);
    }
}

fn os_release(data: &[u8]) {
    let forms = fuzz_os::TARGETS.iter();
    let forms: Vec<&str> = forms
        .filter(|(id, _)| *id == "os-release")
        .map(|(_, path)| *path)
        .collect();
    paths(&forms, data);
}

fn rpm_header(data: &[u8]) {
    let facts = fuzz_os::rpm_header(data);
    super::check(&facts);
    fuzz_os::use_facts("var/lib/rpm/rpmdb.sqlite", "rpm-sqlite", facts);
}

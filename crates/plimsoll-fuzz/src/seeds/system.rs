//! Databases of packages, and release files.

use plimsoll_scan::fuzz_os;

use super::own;

/// Package headers and databases made by code; the same that rpm itself is made to read in the
/// tests of the catalogers.
#[path = "../../../plimsoll-scan/src/rpm/fixture.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod fixture;

use fixture::Spec;

fn headers() -> Vec<Vec<u8>> {
    let mut full = Spec::new("openssl-libs").with_files(5);
    full.epoch = Some(1);
    full.module = Some("nodejs:18:1:2".to_owned());
    vec![fixture::header(&full), fixture::header(&Spec::new("bash"))]
}

pub fn rpm_headers() -> Vec<Vec<u8>> {
    headers()
}

pub fn rpm_bdb() -> Vec<Vec<u8>> {
    vec![fixture::bdb(&headers())]
}

pub fn rpm_ndb() -> Vec<Vec<u8>> {
    vec![fixture::ndb(&headers())]
}

pub fn rpm_sqlite() -> Vec<Vec<u8>> {
    let many: Vec<Vec<u8>> = (0..6).flat_map(|_| headers()).collect();
    vec![
        fixture::sqlite(&headers(), 512),
        fixture::sqlite(&many, 1024),
    ]
}

pub fn rpm_manifest() -> Vec<Vec<u8>> {
    own("rpm_manifest")
}

pub fn dpkg_status() -> Vec<Vec<u8>> {
    own("dpkg_status")
}

pub fn dpkg_files() -> Vec<Vec<u8>> {
    own("dpkg_files")
}

pub fn dpkg_copyright() -> Vec<Vec<u8>> {
    own("dpkg_copyright")
}

pub fn apk_installed() -> Vec<Vec<u8>> {
    own("apk_installed")
}

pub fn os_release() -> Vec<Vec<u8>> {
    own("os_release")
}

/// What the cache keeps of the other seeds, without its checksum.
pub fn stored_layers() -> Vec<Vec<u8>> {
    let [status, copyright, release] = [
        ("var/lib/dpkg/status", dpkg_status()),
        ("usr/share/doc/a/copyright", dpkg_copyright()),
        ("etc/os-release", os_release()),
    ]
    .map(|(path, seeds)| {
        let facts = fuzz_os::read(path, seeds.first().map_or(&[][..], Vec::as_slice)).0;
        fuzz_os::stored_body(path, facts)
    });
    vec![status, copyright, release]
}

//! Records of every feed, prose left out, the database made of them, versions and vectors.

use plimsoll_vuln::{BuildOptions, Builder, fuzz_db, fuzz_sources};

use super::{own, words};

/// A database of some records, among them one of this id.
pub fn database(id: &str) -> Vec<u8> {
    let mut builder = Builder::new(BuildOptions::default());
    let record = format!(
        r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"a"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"1.2.3"}}]}}]}}]}}"#
    );
    let sources = [
        ("osv", "feed.json", record.into_bytes()),
        ("osv", "feed.json", osv().first_text()),
        ("debian", "tracker.json", debian().first_text()),
        ("alpine", "main.yaml", alpine().first_text()),
        ("kev", "kev.json", kev().first_text()),
        (
            "debian-support",
            "security-support-ended.deb12",
            support().first_text(),
        ),
    ];
    for (source, path, bytes) in sources {
        for item in fuzz_sources::read(source, path, &bytes) {
            builder.add(source, item);
        }
    }
    builder.finish().expect("a database of good records")
}

trait First {
    /// The first of the texts.
    fn first_text(self) -> Vec<u8>;
}

impl First for Vec<Vec<u8>> {
    fn first_text(self) -> Vec<u8> {
        self.into_iter().next().unwrap_or_default()
    }
}

pub fn databases() -> Vec<Vec<u8>> {
    let empty = Builder::new(BuildOptions::default()).finish();
    vec![empty.expect("an empty database"), database("CVE-2024-0001")]
}

/// Each section of a good database behind its number, to be changed.
pub fn forged() -> Vec<Vec<u8>> {
    fuzz_db::sections(&database("CVE-2024-0001"))
}

pub fn signatures() -> Vec<Vec<u8>> {
    own("database_signature")
}

pub fn database_indexes() -> Vec<Vec<u8>> {
    own("database_index")
}

pub fn changelogs() -> Vec<Vec<u8>> {
    own("source_debian_changelog")
}

pub fn dsa() -> Vec<Vec<u8>> {
    own("source_debian_dsa")
}

pub fn support() -> Vec<Vec<u8>> {
    own("source_debian_support")
}

pub fn alpine() -> Vec<Vec<u8>> {
    own("source_alpine")
}

pub fn cve() -> Vec<Vec<u8>> {
    own("source_cve")
}

pub fn debian() -> Vec<Vec<u8>> {
    own("source_debian")
}

pub fn epss() -> Vec<Vec<u8>> {
    own("source_epss")
}

pub fn kev() -> Vec<Vec<u8>> {
    own("source_kev")
}

pub fn node() -> Vec<Vec<u8>> {
    own("source_node")
}

pub fn packagist() -> Vec<Vec<u8>> {
    own("source_packagist")
}

pub fn retirejs() -> Vec<Vec<u8>> {
    own("source_retirejs")
}

pub fn rubysec() -> Vec<Vec<u8>> {
    own("source_rubysec")
}

pub fn rustsec() -> Vec<Vec<u8>> {
    own("source_rustsec")
}

pub fn ubuntu() -> Vec<Vec<u8>> {
    own("source_ubuntu")
}

pub fn osv() -> Vec<Vec<u8>> {
    own("source_osv")
}

pub fn versions() -> Vec<Vec<u8>> {
    words("versions")
}

pub fn constraints() -> Vec<Vec<u8>> {
    words("constraints")
}

pub fn version_pairs() -> Vec<Vec<u8>> {
    own("version_pairs")
}

pub fn cvss() -> Vec<Vec<u8>> {
    words("cvss")
}

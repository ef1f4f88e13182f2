//! Advisory sources: one file each, and the written-out list.

mod almalinux;
mod alpine;
mod bitnami;
mod cve;
mod debian;
mod debian_changelog;
mod debian_dsa;
mod debian_support;
mod epss;
mod ghsa;
mod go;
mod kev;
mod node;
mod osv;
mod packagist;
mod pypa;
mod retirejs;
mod rubysec;
mod rustsec;
mod ubuntu;

use crate::Item;

/// Every source, sorted by id. A test holds this list against the folder.
pub const SOURCES: &[&dyn AdvisorySource] = &[
    &almalinux::Almalinux,
    &alpine::Alpine,
    &bitnami::Bitnami,
    &cve::Cve,
    &debian::Debian,
    &debian_changelog::DebianChangelog,
    &debian_dsa::DebianDsa,
    &debian_support::DebianSupport,
    &epss::Epss,
    &ghsa::Ghsa,
    &go::Go,
    &kev::Kev,
    &node::Node,
    &osv::Osv,
    &packagist::Packagist,
    &pypa::Pypa,
    &retirejs::Retirejs,
    &rubysec::Rubysec,
    &rustsec::Rustsec,
    &ubuntu::Ubuntu,
];
/// The source with this id.
pub fn source(id: &str) -> Option<&'static dyn AdvisorySource> {
    SOURCES.iter().copied().find(|source| source.id() == id)
}

/// One file of a feed. The caller has opened the folder or archive, decompressed and capped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Path inside the folder or archive; the file's name where it is a single file.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// The files of a feed, one by one, in a fixed order.
pub trait Input {
    /// `None` at the end.
    fn next(&mut self) -> Option<Result<InputFile, SourceError>>;
}

/// Takes what a source yields.
pub trait Sink {
    fn item(&mut self, item: Item);
}

/// A feed that cannot be read at all. What concerns one record is [`Item::Skipped`] instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read advisories from {path}: {reason}")]
pub struct SourceError {
    pub path: String,
    pub reason: String,
}

/// Reads one publisher's feed.
pub trait AdvisorySource: Sync {
    /// The `NAME` of `db build --from NAME=PATH`.
    fn id(&self) -> &'static str;

    /// One line for the documentation: whose feed, in which form.
    fn describe(&self) -> &'static str;

    /// Whether it wants the file at this path; others are not read.
    fn wants(&self, path: &str) -> bool;

    fn read(&self, input: &mut dyn Input, out: &mut dyn Sink) -> Result<(), SourceError>;
}

/// Files held in memory as a feed, in the given order.
#[derive(Debug, Default)]
pub struct Files {
    files: std::vec::IntoIter<InputFile>,
}

impl Files {
    pub fn new(files: Vec<InputFile>) -> Self {
        Self {
            files: files.into_iter(),
        }
    }

    /// One file.
    pub fn one(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(vec![InputFile {
            path: path.to_owned(),
            bytes: bytes.into(),
        }])
    }
}

impl Input for Files {
    fn next(&mut self) -> Option<Result<InputFile, SourceError>> {
        self.files.next().map(Ok)
    }
}

/// Keeps items in memory, in order.
impl Sink for Vec<Item> {
    fn item(&mut self, item: Item) {
        self.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_the_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sources");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| Some(name.strip_suffix(".rs")?.replace('_', "-")))
            .collect();
        files.sort();
        let ids: Vec<&str> = SOURCES.iter().map(|source| source.id()).collect();
        assert_eq!(ids, files);
    }

    #[test]
    fn an_empty_feed_is_an_error() {
        for source in SOURCES {
            let mut items = Vec::new();
            let outcome = source.read(&mut Files::default(), &mut items);
            assert!(outcome.is_err(), "{}", source.id());
            assert!(items.is_empty(), "{}", source.id());
        }
    }
}

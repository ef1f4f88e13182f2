//! Advisory sources: one file each, and the written-out list.

use crate::Item;

/// Every source, sorted by id. A test holds this list against the folder.
pub const SOURCES: &[&dyn AdvisorySource] = &[];

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

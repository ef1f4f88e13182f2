//! What `db update` reads at a URL or in a folder: an index of databases, newest last.
//!
//! Only the document: fetching, resuming and swapping are the binary's.

use plimsoll_model::{Date, Digest};

/// File name of the index below the URL or folder.
pub const INDEX_FILE: &str = "plimsoll-db.json";

/// The databases that a publisher offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    pub databases: Vec<IndexEntry>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    pub format: u32,
    /// Name of the file, relative to the index; a plain name without folders.
    pub file: String,
    pub digest: Digest,
    pub size_bytes: u64,
    /// Name of the signature file, where there is one.
    pub signature: Option<String>,
    pub snapshot: Option<Date>,
}

/// An index that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    #[error("read the index of databases: {0}")]
    Form(String),
    #[error(
        "read the index of databases: it offers formats {offered}, this release reads {readable}"
    )]
    NoReadable { offered: String, readable: String },
}

impl Index {
    pub fn parse(_json: &[u8]) -> Result<Self, IndexError> {
        Ok(Self::default())
    }
    pub fn to_json(&self) -> String {
        String::new()
    }
    /// The entry to take: of a format that this release reads, of the newest snapshot.
    pub fn best(&self) -> Result<&IndexEntry, IndexError> {
        Err(IndexError::Form("empty".to_owned()))
    }
}

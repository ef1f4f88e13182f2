//! Zip archives (jar, war, wheel), read by their central directory.
//!
//! APPNOTE.TXT 6.3.10 with zip64; a prefix before the archive (a shell script in front of a jar)
//! is allowed. The directory is the only truth, as it is for Java: local headers are used to find
//! the data and for nothing else. It is not kept in memory but read again when it is walked, so
//! that a million entries cost no more than ten.
//!
//! Deliberately missing: encryption, archives in several parts, and the methods that neither Java
//! nor Python write (Deflate64, LZMA, …). Such entries are listed and cannot be opened.

mod directory;
mod entry;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use self::entry::{Method, ZipEntry};
use crate::path::PathProblem;
use crate::{ReadAt, ReadError, Store};

/// Memory for unpacked entries of an archive that was not kept under a budget, in bytes.
const LONE_STORE_BYTES_MAX: u64 = 64 << 20;

/// Caps on one archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZipLimits {
    /// Entries of the archive.
    pub entries_max: u64,
    /// Unpacked bytes of one entry.
    pub entry_bytes_max: u64,
    /// Unpacked bytes of everything that is opened.
    pub total_bytes_max: u64,
    /// Unpacked bytes per packed byte, past `ratio_free_bytes`.
    pub ratio_max: u64,
    /// Unpacked bytes of an entry that are let through whatever their ratio.
    pub ratio_free_bytes: u64,
}

impl ZipLimits {
    /// What is sensible for archives inside images.
    pub const DEFAULT: Self = Self {
        entries_max: 1_000_000,
        entry_bytes_max: 4 << 30,
        total_bytes_max: 16 << 30,
        ratio_max: 200,
        ratio_free_bytes: 64 << 20,
    };
}

impl Default for ZipLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why an archive or an entry cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// There is no end-of-directory record: some other kind of file, or one that was cut off.
    #[error("not a zip archive")]
    NotZip,
    /// Records contradict each other or the file's size.
    #[error("corrupt zip archive: {0}")]
    Corrupt(&'static str),
    /// Two entries share bytes, as they do in bombs.
    #[error("zip entries overlap")]
    Overlap,
    /// Part of an archive that is spread over several files.
    #[error("zip archive in several parts")]
    Parts,
    /// An entry's name cannot be used; the entries after it can.
    #[error("zip entry `{name}`: {problem}")]
    Name { name: String, problem: PathProblem },
    /// The entry is encrypted.
    #[error("zip entry is encrypted")]
    Encrypted,
    /// The entry is packed in a way that is not supported.
    #[error("zip entry is packed by method {0}, which is not supported")]
    Method(u16),
    /// The unpacked bytes are not those that were packed.
    #[error("zip entry has a wrong checksum or size")]
    Checksum,
    /// A limit was reached.
    #[error("zip {what} is larger than the limit of {limit}")]
    Limit { what: &'static str, limit: u64 },
    /// The bytes below could not be read, or do not fit into the budget.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<io::Error> for ZipError {
    fn from(error: io::Error) -> Self {
        Self::Read(ReadError::Io(error))
    }
}

/// An open archive.
pub struct ZipArchive {
    data: Arc<dyn ReadAt>,
    store: Arc<Store>,
    limits: ZipLimits,
    directory: directory::Directory,
    bytes_opened: AtomicU64,
}

impl ZipArchive {
    /// Finds the directory and reads it once: entries must lie in front of it and apart from
    /// each other.
    pub fn open(data: Arc<dyn ReadAt>, limits: &ZipLimits) -> Result<Self, ZipError> {
        let directory = directory::Directory::find(&*data, limits)?;
        directory.check(&*data)?;
        let store = data
            .store()
            .unwrap_or_else(|| Store::in_memory(LONE_STORE_BYTES_MAX));
        Ok(Self {
            data,
            store,
            limits: *limits,
            directory,
            bytes_opened: AtomicU64::new(0),
        })
    }

    /// Number of entries.
    pub const fn len(&self) -> u64 {
        self.directory.count
    }

    /// Bytes in front of the archive, as of a script that starts a jar. When these are an archive
    /// themselves, what was read may be the last whole part of one that was cut off.
    pub const fn prefix_bytes(&self) -> u64 {
        self.directory.prefix
    }

    /// Whether it holds nothing.
    pub const fn is_empty(&self) -> bool {
        self.directory.count == 0
    }

    /// Every entry, in the directory's order. After [`ZipError::Name`] it goes on, after any
    /// other error it ends.
    pub fn entries(&self) -> impl Iterator<Item = Result<ZipEntry, ZipError>> + '_ {
        let mut walk = self.directory.walk();
        std::iter::from_fn(move || walk.next_entry(&self.directory, &*self.data))
    }

    /// The same for a caller that keeps the archive with the walk.
    pub(crate) fn into_entries(self) -> ZipEntries {
        ZipEntries {
            walk: self.directory.walk(),
            archive: self,
        }
    }

    /// The entry of this name; the last one where several have it, as in Java.
    pub fn find(&self, name: &str) -> Result<Option<ZipEntry>, ZipError> {
        let mut found = None;
        for entry in self.entries() {
            match entry {
                Ok(entry) if entry.name == name => found = Some(entry),
                Ok(_) | Err(ZipError::Name { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// The content of an entry: a window on the archive if it is stored, else unpacked into the
    /// budget that the archive itself is kept under. Checksums of windows are not checked.
    pub fn open_entry(&self, entry: &ZipEntry) -> Result<Arc<dyn ReadAt>, ZipError> {
        self.account(entry)?;
        entry::open(&self.data, &self.store, &self.limits, entry)
    }

    /// The content of an entry in memory, if it is at most `bytes_max` long.
    pub fn read_entry(&self, entry: &ZipEntry, bytes_max: u64) -> Result<Vec<u8>, ZipError> {
        if entry.size > bytes_max {
            return Err(ZipError::Limit {
                what: "entry",
                limit: bytes_max,
            });
        }
        self.account(entry)?;
        entry::read(&self.data, &self.limits, entry)
    }

    /// Counts what is unpacked against the limit for the whole archive.
    fn account(&self, entry: &ZipEntry) -> Result<(), ZipError> {
        if entry.method == Method::Stored {
            return Ok(());
        }
        let before = self.bytes_opened.fetch_add(entry.size, Ordering::Relaxed);
        if before.saturating_add(entry.size) > self.limits.total_bytes_max {
            return Err(ZipError::Limit {
                what: "archive unpacked",
                limit: self.limits.total_bytes_max,
            });
        }
        Ok(())
    }
}

/// An archive and the place up to which its entries were looked at.
pub(crate) struct ZipEntries {
    pub archive: ZipArchive,
    walk: directory::Walk,
}

impl Iterator for ZipEntries {
    type Item = Result<ZipEntry, ZipError>;

    fn next(&mut self) -> Option<Self::Item> {
        let archive = &self.archive;
        self.walk.next_entry(&archive.directory, &*archive.data)
    }
}

#[cfg(test)]
mod tests;

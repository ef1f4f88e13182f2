//! What is kept between runs, in the cache folder: layers and inventories by digest.
//!
//! Entries are written to a temporary file and renamed, so that an interrupted run leaves nothing
//! half-written and two runs can share the folder. Losing the folder loses only time; that it
//! cannot be used is told once, after the work.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use plimsoll_image::read_file_capped;

use crate::atomic::{self, TEMPORARY_PREFIX};

/// Largest entry that is kept, in bytes.
const ENTRY_BYTES_MAX: u64 = 256 << 20;
/// All entries together, in bytes; past it the oldest go.
const STORE_BYTES_MAX: u64 = 1 << 30;
/// Age from which a temporary file counts as left behind, in seconds.
const LEFT_BEHIND_SECONDS: u64 = 3600;

/// The cache folder.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    /// Why it could not be used, the first time that it could not.
    trouble: OnceLock<String>,
}

impl Store {
    pub const fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            trouble: OnceLock::new(),
        }
    }

    /// What is to be told about a cache that does not work.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.get().map(String::as_str)
    }

    fn note(&self, doing: &str, error: &io::Error) {
        let folder = self.folder.display();
        let _ = self
            .trouble
            .set(format!("failed to {doing} the cache {folder}: {error}"));
    }

    fn path(&self, kind: &str, key: &str) -> PathBuf {
        self.folder.join(kind).join(key)
    }

    /// Drops the oldest entries past the size limit, and files left behind by killed runs.
    fn prune(folder: &Path) {
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        let mut total = 0;
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            let modified = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let is_temporary = entry
                .file_name()
                .to_string_lossy()
                .starts_with(TEMPORARY_PREFIX);
            let age = modified.elapsed().map_or(0, |age| age.as_secs());
            if is_temporary && age > LEFT_BEHIND_SECONDS {
                let _ = fs::remove_file(entry.path());
            } else if !is_temporary {
                total += meta.len();
                entries.push((modified, meta.len(), entry.path()));
            }
        }
        entries.sort();
        for (_, size, path) in entries {
            if total <= STORE_BYTES_MAX {
                break;
            }
            total -= size;
            let _ = fs::remove_file(path);
        }
    }
}

impl plimsoll_scan::Cache for Store {
    fn get(&self, kind: &str, key: &str) -> Option<Vec<u8>> {
        match read_file_capped(&self.path(kind, key), ENTRY_BYTES_MAX) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    self.note("read", &error);
                }
                None
            }
        }
    }

    fn put(&self, kind: &str, key: &str, bytes: &[u8]) {
        // A cache that cannot be written costs time, not truth.
        let folder = self.folder.join(kind);
        let written =
            fs::create_dir_all(&folder).and_then(|()| atomic::write(&folder.join(key), bytes));
        match written {
            Ok(()) => Self::prune(&folder),
            Err(error) => self.note("write", &error),
        }
    }
}

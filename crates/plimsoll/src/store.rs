//! What is kept between runs, in the cache folder: layers and inventories by digest.
//!
//! Entries are written to a temporary file and renamed, so that an interrupted run leaves nothing
//! half-written and two runs can share the folder. Losing the folder loses only time.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use plimsoll_image::read_file_capped;

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
}

impl Store {
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
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
            let is_temporary = entry.file_name().to_string_lossy().starts_with('.');
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
        read_file_capped(&self.path(kind, key), ENTRY_BYTES_MAX).ok()
    }

    fn put(&self, kind: &str, key: &str, bytes: &[u8]) {
        // A cache that cannot be written costs time, not truth.
        let folder = self.folder.join(kind);
        let written = fs::create_dir_all(&folder).and_then(|()| {
            let mut file = tempfile::Builder::new()
                .prefix(".new-")
                .tempfile_in(&folder)?;
            file.write_all(bytes)?;
            file.persist(folder.join(key)).map_err(|error| error.error)
        });
        if written.is_ok() {
            Self::prune(&folder);
        }
    }
}

//! What `db update` reads at a URL or in a folder: an index of the databases offered there.
//!
//! Only the document and the choice: fetching, resuming and swapping are the binary's, verifying is
//! [`crate::signature`]'s.
//!
//! ```json
//! {"schema": "plimsoll.database-index/v1",
//!  "databases": [{"format": 1, "file": "vuln-2026-11-21.db", "size_bytes": 41943040,
//!                 "digest": "sha256:…", "signature": "vuln-2026-11-21.db.sig",
//!                 "snapshot": "2026-11-21"}]}
//! ```

use plimsoll_model::text::clean;
use plimsoll_model::{Date, Digest};
use serde::{Deserialize, Serialize};

use crate::database::{FORMAT, FORMAT_MIN};
use crate::signature::{SIGNATURE_SUFFIX, Statement};

/// File name of the index below the URL or folder.
pub const INDEX_FILE: &str = "plimsoll-db.json";
/// Largest index that is read, in bytes.
pub const INDEX_BYTES_MAX: usize = 1 << 20;
/// Largest database that is fetched, in bytes.
pub const DATABASE_BYTES_MAX: u64 = 4 << 30;
/// Longest name of a file in the index, in bytes.
const FILE_NAME_BYTES_MAX: usize = 200;

const SCHEMA: &str = "plimsoll.database-index/v1";

/// The databases that a publisher offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// Sorted: newest snapshot first.
    pub databases: Vec<IndexEntry>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    pub format: u32,
    /// Name of the file beside the index; a plain name without folders.
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
    /// Nothing in it is of a format that this release reads.
    #[error(
        "choose a database: formats {offered} are offered, this release reads {readable_from} to {readable_to}"
    )]
    NoReadable {
        offered: String,
        readable_from: u32,
        readable_to: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct IndexWire {
    schema: String,
    databases: Vec<EntryWire>,
}

#[derive(Serialize, Deserialize)]
struct EntryWire {
    format: u32,
    file: String,
    digest: String,
    size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    snapshot: Option<String>,
}

impl IndexEntry {
    /// The entry for a signed database of this file name.
    pub fn new(file: &str, statement: &Statement) -> Self {
        Self {
            format: statement.format,
            file: file.to_owned(),
            digest: statement.digest.clone(),
            size_bytes: statement.size_bytes,
            signature: Some(format!("{file}{SIGNATURE_SUFFIX}")),
            snapshot: statement.snapshot,
        }
    }
}

impl Index {
    pub fn parse(json: &[u8]) -> Result<Self, IndexError> {
        let wrong = |reason: String| IndexError::Form(reason);
        if json.len() > INDEX_BYTES_MAX {
            return Err(wrong(format!("larger than {INDEX_BYTES_MAX} bytes")));
        }
        let wire: IndexWire =
            serde_json::from_slice(json).map_err(|error| wrong(error.to_string()))?;
        if wire.schema != SCHEMA {
            let schema = clean(&wire.schema);
            return Err(wrong(format!(
                "its schema is `{schema}`, expected `{SCHEMA}`"
            )));
        }
        let databases: Result<Vec<IndexEntry>, IndexError> =
            wire.databases.into_iter().map(entry).collect();
        let mut index = Self {
            databases: databases?,
        };
        index.sort();
        Ok(index)
    }

    pub fn to_json(&self) -> String {
        let wire = IndexWire {
            schema: SCHEMA.to_owned(),
            databases: self
                .databases
                .iter()
                .map(|entry| EntryWire {
                    format: entry.format,
                    file: entry.file.clone(),
                    digest: entry.digest.to_string(),
                    size_bytes: entry.size_bytes,
                    signature: entry.signature.clone(),
                    snapshot: entry.snapshot.map(|day| day.to_string()),
                })
                .collect(),
        };
        // Plain texts and numbers have nothing that cannot be written.
        let mut json = serde_json::to_string_pretty(&wire).unwrap_or_default();
        json.push('\n');
        json
    }

    /// The entry to take: the newest snapshot of those that this release can read.
    pub fn best(&self) -> Result<&IndexEntry, IndexError> {
        self.databases
            .iter()
            .find(|entry| (FORMAT_MIN..=FORMAT).contains(&entry.format))
            .ok_or_else(|| {
                let mut offered: Vec<u32> = self.databases.iter().map(|e| e.format).collect();
                offered.sort_unstable();
                offered.dedup();
                let offered: Vec<String> = offered.iter().map(u32::to_string).collect();
                IndexError::NoReadable {
                    offered: if offered.is_empty() {
                        "none".to_owned()
                    } else {
                        offered.join(", ")
                    },
                    readable_from: FORMAT_MIN,
                    readable_to: FORMAT,
                }
            })
    }

    /// Adds an entry; one of the same file is replaced.
    pub fn add(&mut self, entry: IndexEntry) {
        self.databases.retain(|known| known.file != entry.file);
        self.databases.push(entry);
        self.sort();
    }

    fn sort(&mut self) {
        self.databases
            .sort_by(|a, b| (b.snapshot, b.format, &b.file).cmp(&(a.snapshot, a.format, &a.file)));
    }
}

fn entry(wire: EntryWire) -> Result<IndexEntry, IndexError> {
    let wrong = |reason: String| IndexError::Form(reason);
    for name in [Some(&wire.file), wire.signature.as_ref()]
        .into_iter()
        .flatten()
    {
        if !is_plain_name(name) {
            return Err(wrong(format!("`{}` is no plain file name", clean(name))));
        }
    }
    if wire.size_bytes > DATABASE_BYTES_MAX {
        return Err(wrong(format!(
            "`{}` is larger than {DATABASE_BYTES_MAX} bytes",
            wire.file
        )));
    }
    Ok(IndexEntry {
        digest: wire
            .digest
            .parse()
            .map_err(|error: plimsoll_model::DigestError| wrong(error.to_string()))?,
        snapshot: wire
            .snapshot
            .map(|day| day.parse())
            .transpose()
            .map_err(|error| wrong(format!("snapshot of `{}`: {error}", wire.file)))?,
        format: wire.format,
        file: wire.file,
        size_bytes: wire.size_bytes,
        signature: wire.signature,
    })
}

/// A name that leads neither out of the folder nor to another host: letters, digits, `.`, `-`,
/// `_`, not starting with a point.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= FILE_NAME_BYTES_MAX
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(file: &str, format: u32, snapshot: &str) -> String {
        format!(
            r#"{{"format": {format}, "file": "{file}", "digest": "sha256:{}", "size_bytes": 9, "snapshot": "{snapshot}"}}"#,
            "0".repeat(64)
        )
    }

    fn index(offers: &[String]) -> Result<Index, IndexError> {
        Index::parse(
            format!(
                r#"{{"schema": "{SCHEMA}", "databases": [{}], "new": 1}}"#,
                offers.join(",")
            )
            .as_bytes(),
        )
    }

    #[test]
    fn the_newest_readable_one_is_taken() {
        let index = index(&[
            offer("a.db", FORMAT, "2026-11-01"),
            offer("b.db", FORMAT + 1, "2026-11-03"),
            offer("c.db", FORMAT, "2026-11-02"),
        ])
        .unwrap();
        assert_eq!(index.best().map(|entry| entry.file.as_str()), Ok("c.db"));
        assert_eq!(Index::parse(index.to_json().as_bytes()), Ok(index));
    }

    #[test]
    fn unreadable_formats_are_named() {
        let index = index(&[offer("b.db", FORMAT + 1, "2026-11-03")]).unwrap();
        assert_eq!(
            index.best(),
            Err(IndexError::NoReadable {
                offered: (FORMAT + 1).to_string(),
                readable_from: FORMAT_MIN,
                readable_to: FORMAT
            })
        );
    }

    #[test]
    fn names_lead_nowhere_else() {
        for name in [
            "../a.db",
            "/a",
            "https://x/a",
            "a/b",
            ".hidden",
            "",
            "a\\u0000",
            "a b",
        ] {
            assert!(index(&[offer(name, 1, "2026-11-03")]).is_err(), "{name}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for json in ["", "[]", r#"{"schema": "x", "databases": []}"#] {
            assert!(Index::parse(json.as_bytes()).is_err(), "{json}");
        }
        assert!(index(&[offer("a.db", 1, "tomorrow")]).is_err());
        assert!(index(&[]).is_ok_and(|index| index.best().is_err()));
    }
}

//! The advisory database: one immutable file, made to be memory-mapped.
//!
//! The layout is described in [`format`]. Opening reads the header, checks the checksums of the
//! indexes that everything else hangs on, and copies nothing; a look-up checks what it reads. What
//! is damaged is an error, never "no advisories".
//!
//! Deliberately not here: how the file is reached, mapped, downloaded or swapped (the binary), who
//! signed it ([`crate::signature`]), and what follows for a package ([`crate::matching`]).

pub(crate) mod codec;
mod error;
mod explain;
pub(crate) mod format;
pub(crate) mod keys;
mod meta;
pub(crate) mod statements;
mod verify;
pub(crate) mod vulnerabilities;

use std::sync::OnceLock;

use plimsoll_model::{AdvisorySet, Digest};
use xxhash_rust::xxh3::xxh3_64;
use zstd::dict::DecoderDictionary;

use crate::{Affected, Scope, Support};
use codec::Reader;
use format::{Header, Part};
use keys::Keys;
use statements::List;
use vulnerabilities::Blocks;

pub use error::DatabaseError;
pub use explain::{SourcedRecord, Vulnerability};
pub use format::{FORMAT, FORMAT_MIN};
pub(crate) use meta::encode_support;
pub use meta::{Meta, SkippedPart, SourceMeta};

/// Bit of an id's value that says: the rest is an offset in the lists.
pub(crate) const SEVERAL: u64 = 1 << 63;

/// An opened database, to be shared between threads by reference.
pub struct Database {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    header: Header,
    meta: Meta,
    prepared: OnceLock<Option<DecoderDictionary<'static>>>,
}

/// What one source says about a package in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcedStatement {
    /// Number of the vulnerability; see [`Database::vulnerability_at`].
    pub vulnerability: u32,
    /// Id of the source.
    pub source: String,
    /// The source has withdrawn its record.
    pub withdrawn: bool,
    pub affected: Affected,
}

impl Database {
    /// Opens a database: a mapped file, or bytes in memory.
    ///
    /// Checks header, sizes and the indexes, not the whole file; see [`Database::verify`].
    pub fn open(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, DatabaseError> {
        let header = Header::parse(bytes.as_ref())?;
        let mut database = Self {
            bytes: Box::new(bytes),
            header,
            meta: Meta::default(),
            prepared: OnceLock::new(),
        };
        for part in [
            Part::Meta,
            Part::Packages,
            Part::Ids,
            Part::Lists,
            Part::Directory,
        ] {
            if xxh3_64(database.part(part)) != database.header.section(part).xxh3 {
                return Err(DatabaseError::damaged(
                    format!("section {}", part.name()),
                    "its checksum does not hold",
                ));
            }
        }
        database.meta = Meta::decode(database.part(Part::Meta))?;
        if database.packages().count()? != database.meta.packages
            || database.ids().count()? != database.meta.ids
        {
            return Err(DatabaseError::damaged(
                "section meta",
                "it counts other keys than the indexes hold",
            ));
        }
        Ok(database)
    }

    /// What the database says about itself.
    pub const fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Number of the format that the file is written in.
    pub const fn format(&self) -> u32 {
        self.header.format
    }

    /// The file as opened.
    pub fn bytes(&self) -> &[u8] {
        (*self.bytes).as_ref()
    }

    /// SHA-256 of the header, which holds the SHA-256 of every section: as good an identity as the
    /// digest of the file, and known without reading the file. A signature binds both.
    pub fn header_digest(&self) -> Digest {
        crate::signature::digest_of(self.bytes().get(..self.header.len).unwrap_or_default())
    }

    /// What reports say about the database; `digest` is the file's own (from the signature beside
    /// it, or computed by [`crate::signature::digest_of`]).
    pub fn advisory_set(&self, digest: Digest) -> AdvisorySet {
        self.meta.advisory_set(digest)
    }

    /// The parts of the file with their sizes in bytes, in order.
    pub fn sizes(&self) -> Vec<(&'static str, u64)> {
        Part::ALL
            .into_iter()
            .map(|part| (part.name(), self.header.section(part).len as u64))
            .collect()
    }

    /// Whether a source speaks for this scope as a whole.
    pub fn covers(&self, scope: &Scope) -> bool {
        self.meta
            .sources
            .iter()
            .any(|source| source.covers.contains(scope))
    }

    /// Everything that is said about a package in a scope.
    pub fn statements(
        &self,
        scope: &Scope,
        package: &str,
    ) -> Result<Vec<SourcedStatement>, DatabaseError> {
        let mut key = Vec::new();
        let Some(mut list) = self.list(&mut key, scope.as_str(), package)? else {
            return Ok(Vec::new());
        };
        let mut out = Vec::with_capacity(list.left());
        while let Some(statement) = next_statement(&mut list, &key)? {
            let statement = statement.clone();
            out.push(SourcedStatement {
                vulnerability: statement.vulnerability,
                source: self.source_name(statement.source)?.to_owned(),
                withdrawn: statement.withdrawn,
                affected: list.affected(&statement, scope, package),
            });
        }
        Ok(out)
    }

    /// Looks a package up as matching does, and counts what is said about it.
    pub(crate) fn count_statements(
        &self,
        key: &mut Vec<u8>,
        scope: &str,
        package: &str,
    ) -> Result<usize, DatabaseError> {
        let Some(mut list) = self.list(key, scope, package)? else {
            return Ok(0);
        };
        let mut count = 0;
        while next_statement(&mut list, key)?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// What is known about the support of releases and packages.
    pub fn support(&self) -> Result<Vec<Support>, DatabaseError> {
        let bytes = self.part(Part::Support);
        if xxh3_64(bytes) != self.header.section(Part::Support).xxh3 {
            return Err(DatabaseError::damaged(
                "section support",
                "its checksum does not hold",
            ));
        }
        meta::decode_support(bytes)
    }

    /// The list of statements about a package; `key` is left holding the key.
    pub(crate) fn list(
        &self,
        key: &mut Vec<u8>,
        scope: &str,
        package: &str,
    ) -> Result<Option<List<'_>>, DatabaseError> {
        keys::package_key(key, scope, package);
        match self.packages().get(key)? {
            Some(offset) => Ok(Some(self.list_at(offset, key)?.0)),
            None => Ok(None),
        }
    }

    /// The list at an offset, and its length in bytes.
    pub(crate) fn list_at(
        &self,
        offset: u64,
        key: &[u8],
    ) -> Result<(List<'_>, usize), DatabaseError> {
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.part(Part::Statements).get(offset..))
            .ok_or_else(|| damaged_list(key, "it is beyond its section"))?;
        List::read(bytes, key).map_err(|error| damaged_list(key, error))
    }

    /// The numbers of the vulnerabilities that an id names.
    pub(crate) fn numbers_of(&self, id: &str) -> Result<Vec<u32>, DatabaseError> {
        let Some(value) = self.ids().get(&keys::id_key(id))? else {
            return Ok(Vec::new());
        };
        self.numbers_at(value)
    }

    pub(crate) fn numbers_at(&self, value: u64) -> Result<Vec<u32>, DatabaseError> {
        let damaged = |reason: String| DatabaseError::damaged("the list of an id", reason);
        if value & SEVERAL == 0 {
            let number = u32::try_from(value).map_err(|error| damaged(error.to_string()))?;
            return Ok(vec![number]);
        }
        let bytes = usize::try_from(value & !SEVERAL)
            .ok()
            .and_then(|offset| self.part(Part::Lists).get(offset..))
            .ok_or_else(|| damaged("it is beyond its section".to_owned()))?;
        let mut reader = Reader::new(bytes);
        let mut read = || {
            let mut numbers = Vec::new();
            let mut last = 0_u32;
            for _ in 0..reader.count()? {
                last = last
                    .checked_add(reader.varint_u32()?)
                    .ok_or(codec::CodecError::Number)?;
                numbers.push(last);
            }
            Ok(numbers)
        };
        read().map_err(|error: codec::CodecError| damaged(error.to_string()))
    }

    pub(crate) fn source_name(&self, number: u8) -> Result<&str, DatabaseError> {
        self.meta
            .sources
            .get(usize::from(number))
            .map(|source| source.id.as_str())
            .ok_or_else(|| {
                DatabaseError::damaged("a statement", format!("there is no source {number}"))
            })
    }

    pub(crate) fn part(&self, part: Part) -> &[u8] {
        let section = self.header.section(part);
        self.bytes()
            .get(section.offset..)
            .and_then(|bytes| bytes.get(..section.len))
            .unwrap_or_default()
    }

    pub(crate) fn packages(&self) -> Keys<'_> {
        Keys {
            name: "packages",
            bytes: self.part(Part::Packages),
        }
    }

    pub(crate) fn ids(&self) -> Keys<'_> {
        Keys {
            name: "ids",
            bytes: self.part(Part::Ids),
        }
    }

    pub(crate) fn blocks(&self) -> Blocks<'_> {
        Blocks {
            directory: self.part(Part::Directory),
            dictionary: self.part(Part::Dictionary),
            packed: self.part(Part::Blocks),
            prepared: &self.prepared,
        }
    }
}

/// The next statement of a list, with the key in the error.
pub(crate) fn next_statement<'l>(
    list: &'l mut List<'_>,
    key: &[u8],
) -> Result<Option<&'l statements::Statement>, DatabaseError> {
    list.next().map_err(|error| damaged_list(key, error))
}

/// A list of statements that cannot be read.
pub(crate) fn damaged_list(key: &[u8], reason: impl std::fmt::Display) -> DatabaseError {
    let (scope, package) = keys::split_key(key).unwrap_or_default();
    DatabaseError::damaged(
        format!("what is said about {package} in {scope}"),
        format!("{reason}"),
    )
}

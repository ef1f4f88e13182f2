//! Small readers of the text formats that package managers write, with line numbers.
//!
//! They are streaming: nothing is kept of a document but what a cataloger takes, so that memory
//! stays bounded by what is found and not by what a hostile file nests or repeats. Depth is
//! capped by [`DEPTH_MAX`]. They accept a little more than the formats' grammars do (they are no
//! validators), and what they cannot make sense of is an error with a line, never a guess.

pub mod headers;
pub mod json;
pub mod lines;
pub mod toml;
pub mod yaml;

use crate::CatalogError;

/// Deepest nesting of objects, arrays, tables or mappings that is followed.
pub const DEPTH_MAX: u32 = 96;

/// An error at a line: `toml: unterminated string (line 12)`.
pub(crate) fn error_at(format: &str, what: &str, line: u32) -> CatalogError {
    CatalogError::new(format!("{format}: {what} (line {line})"))
}

/// Counts lines on the way through a text, each byte once.
#[derive(Debug, Clone)]
pub(crate) struct LineCounter {
    line: u32,
    counted: usize,
}

impl LineCounter {
    pub(crate) const fn new() -> Self {
        Self {
            line: 1,
            counted: 0,
        }
    }

    /// The 1-based line of an offset that never goes back.
    pub(crate) fn line_at(&mut self, bytes: &[u8], offset: usize) -> u32 {
        if let Some(passed) = bytes.get(self.counted..offset) {
            let breaks = passed.split(|byte| *byte == b'\n').count() - 1;
            self.line = self.line.saturating_add(breaks as u32);
            self.counted = offset;
        }
        self.line
    }
}

/// The text without a byte order mark.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

//! Lines that may stand further left than the parser allows.
//!
//! Inside brackets and quotes Kubernetes' and Falco's readers do not look at indentation, and people
//! write the closing bracket below the key. The parser follows YAML 1.2.2 and refuses that. So the
//! line that it stops at is moved to the right, which inside brackets and quotes changes nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::ScanError;

/// Most lines of a text that are moved.
const LINES_MAX: usize = 256;
/// How far a line is moved, in columns.
const MOVED: usize = 128;

/// A text, some lines of which are moved to the right.
pub struct Mended<'t> {
    text: Cow<'t, str>,
    /// How far each is moved, by its number.
    lines: BTreeMap<usize, usize>,
}

impl<'t> Mended<'t> {
    pub const fn new(text: &'t str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            lines: BTreeMap::new(),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The column, from 0, at which something stands that is found at another one in a moved line.
    pub fn column(&self, line: usize, column: usize) -> usize {
        let moved = self.lines.get(&line).copied().unwrap_or_default();
        column.saturating_sub(moved)
    }

    /// Moves the line that the parser stopped at, if that is why.
    pub fn mend(&mut self, error: &ScanError) -> bool {
        let mut line = error.marker().line();
        match error.info() {
            "invalid indentation" | "invalid indentation in flow construct" => {}
            // Said of where the text begins: the line is one of those behind it.
            "invalid indentation in quoted scalar" => {
                line += 1;
                while self.lines.contains_key(&line) {
                    line += 1;
                }
            }
            _ => return false,
        }
        if self.lines.contains_key(&line) || self.lines.len() >= LINES_MAX {
            return false;
        }
        let Some(breaks) = line.checked_sub(1) else {
            return false;
        };
        let start = match breaks.checked_sub(1) {
            None => Some(0),
            Some(last) => memchr::memchr_iter(b'\n', self.text.as_bytes())
                .nth(last)
                .map(|at| at + 1),
        };
        let Some(start) = start.filter(|start| *start <= self.text.len()) else {
            return false;
        };
        self.text.to_mut().insert_str(start, &" ".repeat(MOVED));
        self.lines.insert(line, MOVED);
        true
    }
}

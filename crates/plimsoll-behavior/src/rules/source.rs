//! A rule file's text, and where in it a line and a column are.

use std::sync::Arc;

use super::condition::Place;

/// Characters between two of which the bytes are known: a line may be as long as the file.
const STRIDE: usize = 256;

/// A file's text.
#[derive(Debug, Clone)]
pub struct Source {
    pub file: Arc<str>,
    pub text: Arc<str>,
    /// How many characters stand before each line.
    lines: Vec<usize>,
    /// How many bytes stand before each [`STRIDE`]th character.
    strides: Vec<usize>,
}

impl Source {
    pub fn new(file: Arc<str>, text: Arc<str>) -> Self {
        let mut lines = vec![0];
        let mut strides = Vec::new();
        for (index, (at, c)) in text.char_indices().enumerate() {
            if index % STRIDE == 0 {
                strides.push(at);
            }
            if c == '\n' {
                lines.push(index + 1);
            }
        }
        Self {
            file,
            text,
            lines,
            strides,
        }
    }

    /// Characters before a place; none for a place behind the last line.
    pub fn chars_before(&self, place: Place) -> Option<usize> {
        let line = self.lines.get(place.line.saturating_sub(1) as usize)?;
        Some(line + place.column.saturating_sub(1) as usize)
    }

    /// The text from a place on.
    pub fn from(&self, place: Place) -> &str {
        let Some(before) = self.chars_before(place) else {
            return "";
        };
        let start = self.strides.get(before / STRIDE).copied();
        let rest = start.and_then(|start| self.text.get(start..));
        let rest = rest.unwrap_or_default();
        let behind = rest.char_indices().nth(before % STRIDE);
        behind.map_or("", |(at, _)| rest.get(at..).unwrap_or_default())
    }

    /// A line's text without its end.
    pub fn line(&self, line: u32) -> &str {
        let rest = self.from(Place { line, column: 1 });
        rest.lines().next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_long_lines_too() {
        let text = format!("é\n{}x\nz", "ö".repeat(1000));
        let source = Source::new("f".into(), text.into());
        let from = |line, column| source.from(Place { line, column });
        assert_eq!(from(2, 1001), "x\nz");
        assert_eq!(from(3, 1), "z");
        assert_eq!(from(3, 2), "");
        assert_eq!(from(9, 1), "");
        assert_eq!(source.line(2).chars().count(), 1001);
    }
}

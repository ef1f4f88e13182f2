//! Text that knows where each of its characters stood in a file.
//!
//! A condition is put together from pieces: what was appended to it, lists that it names, its
//! exceptions. An error in it has to be told where a person wrote it.

use std::sync::Arc;

use super::condition::{Place, Site};
use super::source::Source;

/// Text from one or several files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Located {
    text: String,
    /// Sorted by where they begin; the first begins at 0, unless there is no text.
    runs: Vec<Run>,
}

/// A part of the text whose characters stand behind each other in a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    /// Bytes of text before it.
    start: usize,
    site: Site,
    /// What was put in for something that stands at this place: all of it stands there.
    is_fixed: bool,
}

impl Located {
    /// What a scalar holds. Blanks change when YAML folds a scalar, the other characters do not, so
    /// they are found again one by one from where the scalar begins.
    pub fn of_scalar(value: &str, start: Place, source: &Source) -> Self {
        let mut located = Self::default();
        let mut reader = Reader::at(source, start);
        let mut next = None;
        for (offset, c) in value.char_indices() {
            let blank = c.is_whitespace();
            let place = if blank { None } else { reader.find(c) };
            // Characters that are not found again stand where the last one stood.
            let is_joined = blank || place.is_none() || next == place;
            if offset == 0 || !is_joined {
                let place = place.unwrap_or_else(|| reader.place());
                located.begin(offset, &source.file, place, false);
            }
            next = match (place, next) {
                (Some(place), _) => Some(after(place)),
                (None, Some(next)) => Some(after(next)),
                (None, None) => Some(after(start)),
            };
        }
        value.clone_into(&mut located.text);
        located
    }

    /// Text as it stands in a file of its own.
    pub fn plain(text: &str, file: &Arc<str>) -> Self {
        let mut located = Self::default();
        for line in text.split_inclusive('\n') {
            let place = Place {
                line: u32::try_from(located.runs.len() + 1).unwrap_or(u32::MAX),
                column: 1,
            };
            located.begin(located.text.len(), file, place, false);
            located.text.push_str(line);
        }
        located
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Without blanks at its ends.
    pub fn trimmed(&self) -> Self {
        let from = self.text.len() - self.text.trim_start().len();
        let mut trimmed = Self::default();
        trimmed.push_part(self, from, self.text.trim_end().len());
        trimmed
    }

    /// Where the character at an offset in bytes stood. Behind the end: behind the last one that is
    /// no blank.
    pub fn site(&self, offset: usize) -> Option<Site> {
        let offset = offset.min(self.text.trim_end().len());
        let behind = self.runs.partition_point(|run| run.start <= offset);
        let run = self.runs.get(behind.checked_sub(1)?)?;
        let mut site = run.site.clone();
        if !run.is_fixed {
            let before = self.text.get(run.start..offset.min(self.text.len()));
            let columns = before.map_or(0, |before| before.chars().count());
            let columns = u32::try_from(columns).unwrap_or(u32::MAX);
            site.place.column = site.place.column.saturating_add(columns);
        }
        Some(site)
    }

    /// Whether the last character is a comma, blanks aside.
    pub fn ends_with_comma(&self) -> bool {
        self.text.trim_end().ends_with(',')
    }

    /// Takes the last comma and what is behind it away.
    pub fn pop_comma(&mut self) {
        let end = self.text.trim_end();
        let end = end.strip_suffix(',').unwrap_or(end).len();
        self.text.truncate(end);
        self.runs.retain(|run| run.start < end);
    }

    /// Puts text at the end that stands for something at a place.
    pub fn push_fixed(&mut self, text: &str, site: &Site) {
        if text.is_empty() {
            return;
        }
        self.begin(self.text.len(), &site.file, site.place, true);
        self.text.push_str(text);
    }

    /// Puts other text at the end.
    pub fn push(&mut self, other: &Self) {
        self.push_part(other, 0, other.text.len());
    }

    /// Puts a part of other text at the end, from one offset to another.
    pub fn push_part(&mut self, other: &Self, from: usize, to: usize) {
        let Some(part) = other.text.get(from..to).filter(|part| !part.is_empty()) else {
            return;
        };
        let base = self.text.len();
        let first = other.runs.partition_point(|run| run.start <= from);
        if let (Some(site), Some(run)) = (other.site(from), other.runs.get(first.saturating_sub(1)))
        {
            self.begin(base, &site.file, site.place, run.is_fixed);
        }
        for run in other.runs.iter().skip(first) {
            if run.start >= to {
                break;
            }
            let start = base + (run.start - from);
            self.begin(start, &run.site.file, run.site.place, run.is_fixed);
        }
        self.text.push_str(part);
    }

    fn begin(&mut self, start: usize, file: &Arc<str>, place: Place, is_fixed: bool) {
        let site = Site {
            file: Arc::clone(file),
            place,
        };
        self.runs.push(Run {
            start,
            site,
            is_fixed,
        });
    }
}

const fn after(place: Place) -> Place {
    Place {
        line: place.line,
        column: place.column.saturating_add(1),
    }
}

/// Most characters that are passed over to find one again: those of escapes, and of what stands
/// between two lines of a scalar.
const PASSED_MAX: usize = 256;

/// Reads the source of a scalar.
#[derive(Clone)]
struct Reader<'s> {
    rest: std::str::Chars<'s>,
    place: Place,
}

impl<'s> Reader<'s> {
    fn at(source: &'s Source, place: Place) -> Self {
        let mut reader = Self {
            rest: source.from(place).chars(),
            place,
        };
        reader.pass_properties();
        reader.pass_header();
        reader
    }

    /// Passes over an anchor and a tag.
    fn pass_properties(&mut self) {
        while self.rest.as_str().starts_with(['&', '!']) {
            while self.next().is_some_and(|c| !c.is_whitespace()) {}
            while self.rest.as_str().starts_with(char::is_whitespace) {
                self.next();
            }
        }
    }

    /// Passes over what stands before the text of a block scalar: `>-`, `|2` and the like.
    fn pass_header(&mut self) {
        let line = self.rest.as_str().lines().next().unwrap_or_default();
        if !line.starts_with(['>', '|']) {
            return;
        }
        let ends = line.split('#').next().unwrap_or_default().trim_end();
        let is_header = |c: char| matches!(c, '>' | '|' | '+' | '-') || c.is_ascii_digit();
        if ends.chars().all(is_header) {
            while self.next().is_some_and(|c| c != '\n') {}
        }
    }

    const fn place(&self) -> Place {
        self.place
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.place.line = self.place.line.saturating_add(1);
            self.place.column = 1;
        } else {
            self.place.column = self.place.column.saturating_add(1);
        }
        Some(c)
    }

    /// Where a character stands next; the reader is behind it then. Unmoved when it is not found.
    fn find(&mut self, wanted: char) -> Option<Place> {
        let before = self.clone();
        for _ in 0..PASSED_MAX {
            let place = self.place;
            match self.next() {
                Some(c) if c == wanted => return Some(place),
                Some(_) => {}
                None => break,
            }
        }
        *self = before;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(yaml: &str) -> Vec<(char, u32, u32)> {
        let (documents, error) = plimsoll_yaml::parse(yaml.as_bytes());
        assert_eq!(error, None);
        let node = documents[0].root.get("a").unwrap();
        let source = Source::new("f".into(), yaml.into());
        let value = node.as_str().unwrap();
        let located = Located::of_scalar(value, node.at, &source);
        let site = |at| located.site(at).unwrap().place;
        let places = value.char_indices().filter(|(_, c)| !c.is_whitespace());
        places
            .map(|(at, c)| (c, site(at).line, site(at).column))
            .collect()
    }

    #[test]
    fn characters_of_every_style_are_found_again() {
        let want = [('x', 2, 3), ('y', 2, 5), ('z', 3, 5)];
        assert_eq!(places("a: >-\n  x y\n    z\n"), want);
        assert_eq!(places("a: | # > said\n  x y\n    z\n"), want);
        assert_eq!(places("\na: x y"), [('x', 2, 4), ('y', 2, 6)]);
        let want = [('x', 1, 5), ('"', 1, 9), ('y', 1, 10)];
        assert_eq!(places("a: \"x  \\\"y\""), want);
        let want = [('x', 1, 5), ('\'', 1, 6), ('y', 1, 8)];
        assert_eq!(places("a: 'x''y'"), want);
        assert_eq!(places("a: x\n  y"), [('x', 1, 4), ('y', 2, 3)]);
        assert_eq!(places("a: &anchor >\n  x"), [('x', 2, 3)]);
        assert_eq!(places("a: >\n\n\n  > 1"), [('>', 4, 3), ('1', 4, 5)]);
    }

    #[test]
    fn parts_keep_their_places() {
        let source = Source::new("f".into(), "ab cd".into());
        let start = Place { line: 1, column: 1 };
        let one = Located::of_scalar("ab cd", start, &source);
        let site = one.site(1).unwrap();
        let mut two = Located::default();
        two.push_part(&one, 3, 5);
        two.push_fixed("xyz", &site);
        two.push_part(&one, 0, 2);
        assert_eq!(two.text(), "cdxyzab");
        let columns: Vec<_> = (0..=7)
            .map(|at| two.site(at).unwrap().place.column)
            .collect();
        assert_eq!(columns, [4, 5, 2, 2, 2, 1, 2, 3]);
    }
}

//! Paragraphs of fields, as Debian's control files have them.
//!
//! Implements the reading side of deb822(5) on bytes, without copying: fields with their first
//! line, continuation lines apart, paragraphs closed by an empty line. It knows no field by name
//! and keeps no paragraph: what it yields is acted upon at once, so that the cost is one search
//! for the end of each line.

use memchr::{memchr, memchr_iter};

/// One line of a control file, and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// `Name: value`; the value is trimmed and is the first line only.
    Field {
        line: u32,
        name: &'a [u8],
        value: &'a [u8],
    },
    /// A line that starts with a blank and belongs to the field before, trimmed.
    More { value: &'a [u8] },
    /// An empty line after at least one line: the paragraph is complete.
    End,
    /// A line that is none of these.
    Wrong { line: u32 },
}

/// Walks over a control file line by line.
pub(crate) struct Events<'a> {
    rest: &'a [u8],
    line: u32,
    in_paragraph: bool,
}

impl<'a> Events<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            line: 0,
            in_paragraph: false,
        }
    }

    fn next_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.get(1..).unwrap_or_default();
        self.line = self.line.saturating_add(1);
        Some(line)
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        loop {
            let Some(text) = self.next_line() else {
                // The last paragraph may end with the file; the caller asks `ends_closed` whether
                // it did so properly.
                return std::mem::take(&mut self.in_paragraph).then_some(Event::End);
            };
            let first = text.first().copied();
            if matches!(first, None | Some(b'\r')) && text.len() < 2 {
                if std::mem::take(&mut self.in_paragraph) {
                    return Some(Event::End);
                }
                continue;
            }
            if matches!(first, Some(b' ' | b'\t')) {
                if !self.in_paragraph {
                    self.in_paragraph = true;
                    return Some(Event::Wrong { line: self.line });
                }
                return Some(Event::More {
                    value: text.trim_ascii(),
                });
            }
            self.in_paragraph = true;
            let line = self.line;
            return Some(match memchr(b':', text).map(|at| text.split_at(at)) {
                Some((name, value)) if is_field_name(name) => Event::Field {
                    line,
                    name,
                    value: value.get(1..).unwrap_or_default().trim_ascii(),
                },
                _ => Event::Wrong { line },
            });
        }
    }
}

/// Printable ASCII without blanks, as the manual demands.
fn is_field_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

/// Whether the file ends with a closed line and an empty one. What dpkg writes always does, so
/// that anything else was cut off.
pub(crate) fn ends_closed(bytes: &[u8]) -> bool {
    bytes.ends_with(b"\n\n")
}

/// Number of lines, for messages about the end of a file.
pub(crate) fn line_count(bytes: &[u8]) -> usize {
    memchr_iter(b'\n', bytes).count() + usize::from(!bytes.ends_with(b"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<String> {
        let text_of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Events::new(text.as_bytes())
            .map(|event| match event {
                Event::Field { line, name, value } => {
                    format!("{line} {}={}", text_of(name), text_of(value))
                }
                Event::More { value } => format!("+{}", text_of(value)),
                Event::End => "end".to_owned(),
                Event::Wrong { line } => format!("{line} wrong"),
            })
            .collect()
    }

    #[test]
    fn fields_continuations_and_paragraphs() {
        assert_eq!(
            show("\n\nA: 1\nB:\n x\n .\n\n\nC:3:4  \n\n"),
            ["3 A=1", "4 B=", "+x", "+.", "end", "9 C=3:4", "end"]
        );
    }

    #[test]
    fn the_last_paragraph_needs_no_empty_line_here() {
        assert_eq!(show("A: 1"), ["1 A=1", "end"]);
        assert_eq!(show(""), [""; 0]);
    }

    #[test]
    fn wrong_lines_are_named() {
        assert_eq!(
            show(" x\nno colon\na b: 1\n: 2\n"),
            ["1 wrong", "2 wrong", "3 wrong", "4 wrong", "end"]
        );
    }

    #[test]
    fn line_ends_of_another_system_are_taken() {
        assert_eq!(
            show("A: 1\r\n\r\nB: 2\r\n"),
            ["1 A=1", "end", "3 B=2", "end"]
        );
    }
}

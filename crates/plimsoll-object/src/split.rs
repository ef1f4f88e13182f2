//! Cuts a file where its documents begin, so that no more than a part is a tree at a time and parts
//! are read side by side.
//!
//! A line that begins with `---` ends a document wherever it stands, in quoted and block text too
//! (YAML 1.2.2, 9.1.2): cutting needs no parser. A document that cannot be read hides no other.

use std::sync::Arc;

/// Documents are gathered to parts of about this size, in bytes.
const PART_BYTES: usize = 64 << 10;

/// Whole documents of a file that stand together.
pub struct Part {
    /// Position of the file.
    pub file: usize,
    /// Position in the file.
    pub index: usize,
    pub name: Arc<str>,
    bytes: Arc<[u8]>,
    from: usize,
    to: usize,
    /// The line that it begins at, 1-based.
    pub line: u32,
}

impl Part {
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(self.from..self.to).unwrap_or_default()
    }

    /// Documents, each with its first line.
    pub fn documents(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let bytes = self.bytes();
        let is_whole = has_directive(bytes);
        let mut from = 0;
        let mut line = self.line;
        std::iter::from_fn(move || {
            let rest = bytes.get(from..).filter(|rest| !rest.is_empty())?;
            let length = if is_whole { rest.len() } else { next(rest, 1) };
            let document = rest.get(..length)?;
            let first = line;
            line = line.saturating_add(lines(document));
            from += length;
            Some((first, document))
        })
    }
}

/// The parts of a file, in order.
pub fn parts(file: usize, name: String, bytes: Vec<u8>) -> impl Iterator<Item = Part> {
    let name: Arc<str> = name.into();
    let bytes: Arc<[u8]> = bytes.into();
    let is_whole = has_directive(&bytes);
    let (mut from, mut line, mut index) = (0, 1_u32, 0);
    std::iter::from_fn(move || {
        let rest = bytes.get(from..).filter(|rest| !rest.is_empty())?;
        let length = if is_whole {
            rest.len()
        } else {
            next(rest, PART_BYTES)
        };
        let part = Part {
            file,
            index,
            name: name.clone(),
            bytes: bytes.clone(),
            from,
            to: from + length,
            line,
        };
        line = line.saturating_add(lines(part.bytes()));
        from += length;
        index += 1;
        Some(part)
    })
}

/// Where the first document that begins at or past `least` begins; the end where none does.
fn next(bytes: &[u8], least: usize) -> usize {
    let mut from = least;
    while let Some(rest) = bytes.get(from.saturating_sub(1)..) {
        let Some(found) = memchr::memmem::find(rest, b"\n---") else {
            break;
        };
        let at = from.saturating_sub(1) + found + 1;
        let ends = bytes.get(at + 3).is_none_or(u8::is_ascii_whitespace);
        if ends {
            return at;
        }
        from = at + 1;
    }
    bytes.len()
}

fn lines(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// Whether a line begins with `%`: such a file is not cut, for a directive belongs to the document
/// that follows its `---`.
fn has_directive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%") || memchr::memmem::find(bytes, b"\n%").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(u32, String)> {
        parts(0, "a.yaml".to_owned(), text.as_bytes().to_vec())
            .flat_map(|part| {
                let documents = part.documents();
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                documents
                    .map(|(line, bytes)| (line, text(bytes)))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn documents_begin_at_their_markers() {
        let cases: [(&str, &[(u32, &str)]); 8] = [
            ("", &[]),
            ("a: 1\n", &[(1, "a: 1\n")]),
            (
                "---\na: 1\n---\nb: 1\n",
                &[(1, "---\na: 1\n"), (3, "---\nb: 1\n")],
            ),
            (
                "a: 1\n--- # b\nb: 1",
                &[(1, "a: 1\n"), (2, "--- # b\nb: 1")],
            ),
            ("a: |\n ---\n  x\n", &[(1, "a: |\n ---\n  x\n")]),
            ("a: 1\n---b: 2\n", &[(1, "a: 1\n---b: 2\n")]),
            (
                "a: 1\r\n---\r\nb: 2",
                &[(1, "a: 1\r\n"), (2, "---\r\nb: 2")],
            ),
            ("%YAML 1.2\n---\na: 1\n", &[(1, "%YAML 1.2\n---\na: 1\n")]),
        ];
        for (text, wanted) in cases {
            let wanted: Vec<(u32, String)> = wanted
                .iter()
                .map(|(line, text)| (*line, (*text).to_owned()))
                .collect();
            assert_eq!(cut(text), wanted, "{text:?}");
        }
    }

    /// Whatever is cut, nothing is lost and lines are those of the file.
    #[test]
    fn parts_are_the_file() {
        let document =
            |number: usize| format!("---\nkind: A{number}\nx: {}\n", "y".repeat(number * 20));
        let text: String = (0..200).map(document).collect();
        let all: Vec<Part> = parts(0, String::new(), text.clone().into_bytes()).collect();
        assert!(all.len() > 3);
        let joined: Vec<u8> = all.iter().flat_map(|part| part.bytes().to_vec()).collect();
        assert_eq!(joined, text.as_bytes());
        let found = cut(&text);
        assert_eq!(found.len(), 200);
        for (number, (line, _)) in found.iter().enumerate() {
            assert_eq!(*line as usize, number * 3 + 1);
        }
    }
}

//! Cuts a file where its documents begin, and a long `List` between its items, so that no more than
//! a part is a tree at a time and parts are read side by side.
//!
//! A line that begins with `---` ends a document wherever it stands, in quoted and block text too
//! (YAML 1.2.2, 9.1.2): cutting needs no parser. A document that cannot be read hides no other.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::yaml::{self, Document, Place, YamlError};

mod list;

use list::Form;

/// Documents are gathered to parts of about this size, in bytes. A document that is much longer is
/// cut itself, where it is a `List`.
const PART_BYTES: usize = 64 << 10;

/// Whole documents of a file that stand together, or items of a `List`.
pub struct Part {
    /// Position of the file.
    pub file: usize,
    /// Position in the file.
    pub index: usize,
    pub name: Arc<str>,
    bytes: Arc<Vec<u8>>,
    from: usize,
    to: usize,
    /// The line that it begins at, 1-based.
    pub line: u32,
    column: u32,
    /// How it is written, where it is items of a `List`.
    items: Option<Form>,
}

impl Part {
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(self.from..self.to).unwrap_or_default()
    }

    /// What stands in it, document by document, each with what hindered reading it to the end. Items
    /// of a list come as a list of their own, with the places that they have in the file.
    pub fn read(&self) -> impl Iterator<Item = (Vec<Document>, Option<YamlError>)> {
        self.documents().map(|(line, bytes)| {
            let column = self.column;
            match self.items {
                None => yaml::parse_part(bytes, line),
                Some(form) => list::read(bytes, Place { line, column }, form),
            }
        })
    }

    /// Documents, each with its first line.
    fn documents(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let bytes = self.bytes();
        let is_whole = self.items.is_some() || has_directive(bytes);
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
pub fn parts(file: usize, name: String, bytes: Vec<u8>) -> impl Iterator<Item = Part> + Send {
    Parts::new(file, name, bytes, PART_BYTES)
}

/// Cuts a file.
struct Parts {
    file: usize,
    name: Arc<str>,
    bytes: Arc<Vec<u8>>,
    is_whole: bool,
    /// About how large a part is to be, in bytes.
    size: usize,
    from: usize,
    line: u32,
    index: usize,
    /// Items of the list that was cut last.
    items: VecDeque<Part>,
}

impl Parts {
    fn new(file: usize, name: String, bytes: Vec<u8>, size: usize) -> Self {
        Self {
            file,
            name: name.into(),
            is_whole: has_directive(&bytes),
            bytes: Arc::new(bytes),
            size,
            from: 0,
            line: 1,
            index: 0,
            items: VecDeque::new(),
        }
    }

    fn part(&mut self, from: usize, to: usize, at: Place, items: Option<Form>) -> Part {
        let index = self.index;
        self.index += 1;
        Part {
            file: self.file,
            index,
            name: self.name.clone(),
            bytes: self.bytes.clone(),
            from,
            to,
            line: at.line,
            column: at.column,
            items,
        }
    }

    /// The length of what comes next, and whether it is one long document.
    fn length(&self, rest: &[u8]) -> (usize, bool) {
        if self.is_whole {
            return (rest.len(), false);
        }
        let length = next(rest, self.size);
        if length <= 2 * self.size {
            return (length, false);
        }
        // The last document is the long one: those before it are a part by themselves.
        let mut before = 0;
        while let Some(document) = rest.get(before..length) {
            let end = before + next(document, 1);
            if end >= length {
                break;
            }
            before = end;
        }
        if before > 0 {
            (before, false)
        } else {
            (length, true)
        }
    }

    /// Cuts a long document between its items; whether that was possible.
    fn cut(&mut self, length: usize) -> bool {
        let bytes = self.bytes.clone();
        let document = bytes.get(self.from..self.from + length);
        let Some(list) = document.and_then(|document| list::cut(document, self.size)) else {
            return false;
        };
        for piece in list.pieces {
            let at = Place {
                line: self.line.saturating_add(piece.at.line.saturating_sub(1)),
                column: piece.at.column,
            };
            let (from, to) = (self.from + piece.from, self.from + piece.to);
            let part = self.part(from, to, at, Some(list.form));
            self.items.push_back(part);
        }
        true
    }
}

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        loop {
            if let Some(part) = self.items.pop_front() {
                return Some(part);
            }
            let bytes = self.bytes.clone();
            let rest = bytes.get(self.from..).filter(|rest| !rest.is_empty())?;
            let (length, is_long) = self.length(rest);
            let (from, line) = (self.from, self.line);
            let is_cut = is_long && self.cut(length);
            self.line = line.saturating_add(lines(rest.get(..length).unwrap_or_default()));
            self.from += length;
            if !is_cut {
                return Some(self.part(from, self.from, Place { line, column: 1 }, None));
            }
        }
    }
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
mod tests;

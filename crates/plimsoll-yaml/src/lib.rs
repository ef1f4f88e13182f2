//! YAML and JSON as a tree that knows where everything stands.
//!
//! Reads what Kubernetes' own reader reads: YAML with the words of 1.1 for booleans (`yes`, `on`),
//! several documents, anchors, aliases, merge keys. Of a key that stands twice the last value
//! counts, as there, and the tree says so. Depth, size and what aliases multiply are bounded.
//! Specification: YAML 1.2.2, <https://yaml.org/spec/1.2.2/>.

use std::sync::Arc;

use saphyr_parser::{Parser, ScanError};

mod extent;
mod mend;
mod scalar;
#[cfg(test)]
mod tests;
mod tree;
mod word;

use mend::Mended;
use tree::Reader;
pub use word::Word;

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 128 << 20;
/// Deepest nesting.
pub const DEPTH_MAX: usize = 100;
/// Most nodes of one document, those that aliases repeat included.
pub const NODES_MAX: usize = 2_000_000;
/// Most documents of one file.
pub const DOCUMENTS_MAX: usize = 200_000;

/// A place in the text, 1-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

impl Place {
    /// The place in a file of what stands at this one in a part that begins at another.
    const fn from(self, start: Self) -> Self {
        let columns = if self.line <= 1 { start.column } else { 1 };
        Self {
            line: self.line.saturating_add(start.line.saturating_sub(1)),
            column: self.column.saturating_add(columns.saturating_sub(1)),
        }
    }
}

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub at: Place,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Word),
    /// Shared, so that an alias costs nothing.
    List(Arc<[Node]>),
    Map(Arc<[Entry]>),
}

/// A key, where it stands, and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: Word,
    pub at: Place,
    pub value: Node,
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub root: Node,
    /// Keys that stand twice in one map; the last counts.
    pub duplicates: Vec<(Place, Word)>,
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    pub at: Place,
    pub message: String,
    pub hint: Option<&'static str>,
}

impl YamlError {
    fn new(at: Place, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            hint: None,
        }
    }

    /// The error of a part that begins at a place.
    fn from(mut self, start: Place) -> Self {
        self.at = self.at.from(start);
        self
    }

    const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl Node {
    const fn new(at: Place, value: Value) -> Self {
        Self { at, value }
    }

    /// The value of a key; of a map only.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Key and value; of a map only.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.is(key))
    }

    /// The value at the end of a path of keys; `null` counts as absent.
    pub fn at_path(&self, path: &[&str]) -> Option<&Self> {
        let end = path.iter().try_fold(self, |node, key| node.get(key))?;
        (end.value != Value::Null).then_some(end)
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub const fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub const fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }
}

/// Every document of a file that holds anything. The error says where reading ended; what stood
/// before it is in the list.
pub fn parse(bytes: &[u8]) -> (Vec<Document>, Option<YamlError>) {
    parse_part(bytes, 1)
}

/// [`parse`] for a part of a file that begins at a line.
pub fn parse_part(bytes: &[u8], line: u32) -> (Vec<Document>, Option<YamlError>) {
    parse_at(bytes, Place { line, column: 1 })
}

/// [`parse`] for a part of a file that begins at a place.
pub fn parse_at(bytes: &[u8], start: Place) -> (Vec<Document>, Option<YamlError>) {
    let mut documents = Vec::new();
    let error = read_part(bytes, start, &mut documents).err();
    (documents, error)
}

fn read_part(bytes: &[u8], start: Place, documents: &mut Vec<Document>) -> Result<(), YamlError> {
    let mut start = start;
    let mut text = text_of(bytes).map_err(|error| error.from(start))?;
    while let Some(rest) = read_text(text, start, documents)? {
        let lines = text
            .len()
            .checked_sub(rest.len())
            .and_then(|cut| text.get(..cut));
        let lines = lines.map_or(0, |read| read.matches('\n').count());
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        start = Place {
            line: start.line.saturating_add(lines),
            column: 1,
        };
        text = rest;
    }
    Ok(())
}

/// Reads documents from text that begins at a place; what follows them where that is JSON again,
/// which kubectl takes without a line between.
fn read_text<'t>(
    text: &'t str,
    start: Place,
    documents: &mut Vec<Document>,
) -> Result<Option<&'t str>, YamlError> {
    let before = documents.len();
    let mut mended = Mended::new(text);
    loop {
        let Some(error) = read_mended(&mended, start, documents)? else {
            return Ok(None);
        };
        if mended.mend(&error) {
            documents.truncate(before);
            continue;
        }
        return match json_at(text, &error) {
            Some(rest) => Ok(Some(rest)),
            None => Err(explained(&error, &mended).from(start)),
        };
    }
}

/// Reads documents up to where the parser stops, if it does.
fn read_mended(
    text: &Mended<'_>,
    start: Place,
    documents: &mut Vec<Document>,
) -> Result<Option<ScanError>, YamlError> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text.text()) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => return Ok(Some(error)),
        };
        let column = text.column(span.start.line(), span.start.col());
        let at = Place {
            line: u32::try_from(span.start.line()).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        };
        let at = at.from(start);
        let step = reader.take(event, at);
        let before = start.line.saturating_sub(1);
        let Some(document) = step.map_err(|error| hinted(error, text.text(), before))? else {
            continue;
        };
        if documents.len() >= DOCUMENTS_MAX {
            let message = format!("more than {DOCUMENTS_MAX} documents in one file");
            return Err(YamlError::new(document.root.at, message));
        }
        documents.push(document);
    }
    Ok(None)
}

/// What the parser says where a document ends and something else than `---` follows.
const NO_START: &str = "expected <document start>";

/// The text from the line on at which another value of JSON stands where a document should begin.
fn json_at<'t>(text: &'t str, error: &ScanError) -> Option<&'t str> {
    if !error.info().contains(NO_START) || !text.trim_start().starts_with('{') {
        return None;
    }
    let read = error
        .marker()
        .line()
        .checked_sub(1)
        .filter(|read| *read > 0)?;
    let (end, _) = text.match_indices('\n').nth(read - 1)?;
    let rest = text.get(end + 1..)?;
    let value = rest.trim_start_matches(' ');
    // What stands behind a value is no beginning of one.
    let is_first = error.marker().col() == rest.len() - value.len();
    (is_first && value.starts_with('{')).then_some(rest)
}

fn text_of(bytes: &[u8]) -> Result<&str, YamlError> {
    let start = Place { line: 1, column: 1 };
    if bytes.len() > FILE_BYTES_MAX {
        let message = format!("the file is larger than {} MiB", FILE_BYTES_MAX >> 20);
        return Err(YamlError::new(start, message));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let error = YamlError::new(start, "the file is UTF-16");
        return Err(error.hint("save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        let last = before.split(|byte| *byte == b'\n').next_back();
        let column = last.map_or(0, <[u8]>::len) + 1;
        let at = Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        };
        YamlError::new(at, "the file is not UTF-8 here")
    })
}

/// The parser's error, with a hint where the cause is a usual one.
fn explained(error: &ScanError, mended: &Mended<'_>) -> YamlError {
    let marker = error.marker();
    let text = mended.text();
    let column = mended.column(marker.line(), marker.col());
    // At the end of a text without a last line break the parser names the line behind it.
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
    let at = Place {
        line: u32::try_from(marker.line().min(lines)).unwrap_or(u32::MAX),
        column: u32::try_from(column + 1).unwrap_or(u32::MAX),
    };
    let shown = YamlError::new(at, format!("not valid YAML: {}", error.info()));
    if error.info().contains(NO_START) {
        return shown.hint("documents are parted by a line `---`");
    }
    hinted(shown, text, 0)
}

/// An error with a hint, where the lines about it show a usual cause; `before` lines stand before the
/// text.
fn hinted(error: YamlError, text: &str, before: u32) -> YamlError {
    let line = error.at.line.saturating_sub(before) as usize;
    let mut near = text.lines().skip(line.saturating_sub(2)).take(2);
    if near.clone().any(|line| line.contains("{{")) {
        return error.hint("this is a template: render it first, or name its chart's folder");
    }
    if near.any(|line| line.starts_with('\t') || line.trim_start_matches(' ').starts_with('\t')) {
        return error.hint("YAML is indented with spaces, not with tabs");
    }
    error
}

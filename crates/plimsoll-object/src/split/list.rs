//! Cuts a long `List` between its items, as `kubectl get -o yaml` and `-o json` write it.
//!
//! Of YAML in block style the indentation says where an item begins, of JSON the brackets outside of
//! text. What is left when the items are taken out is read by the parser and has to be a `List`. Where
//! anything is unusual (flow style that is no JSON, an anchor that is used, a comment that allows
//! something), nothing is cut, and the list is read as one tree.

use std::collections::BTreeSet;

use crate::yaml::{self, DEPTH_MAX, Document, Entry, Node, Place, Value, YamlError};

/// How items are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Each behind a `- ` at the beginning of a line.
    Block,
    /// In JSON; a piece begins with the bracket or comma before its first item.
    Json,
}

/// A list in pieces.
#[derive(Debug, PartialEq, Eq)]
pub struct List {
    pub form: Form,
    pub pieces: Vec<Piece>,
}

/// Whole items of a document.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    pub from: usize,
    pub to: usize,
    /// Where it begins in the document.
    pub at: Place,
}

/// Where the items stand in a document: from their first to behind their last, and the beginnings of
/// the pieces.
struct Items {
    from: usize,
    to: usize,
    begins: Vec<usize>,
}

/// Cuts a document in pieces of about a size in bytes, if it is a list that can be cut.
pub fn cut(document: &[u8], size: usize) -> Option<List> {
    let is_json = document.trim_ascii_start().starts_with(b"{");
    let (form, items) = if is_json {
        (Form::Json, json(document, size)?)
    } else {
        (Form::Block, block(document, size)?)
    };
    if !is_list(document, &items) || (form == Form::Block && is_joined(document)) {
        return None;
    }
    let ends = items.begins.iter().skip(1).copied().chain([items.to]);
    let (mut pieces, mut last) = (Vec::new(), 0);
    let mut at = Place { line: 1, column: 1 };
    for (&from, to) in items.begins.iter().zip(ends) {
        at = beyond(at, document.get(last..from)?);
        last = from;
        pieces.push(Piece { from, to, at });
    }
    Some(List { form, pieces })
}

/// The items of a piece that begins at a place, as a list.
pub fn read(piece: &[u8], at: Place, form: Form) -> (Vec<Document>, Option<YamlError>) {
    let (mut documents, error) = match form {
        Form::Block => yaml::parse_at(piece, at),
        Form::Json => {
            let items = piece.get(1..).unwrap_or_default();
            yaml::parse_at(&[b"[", items, b"]"].concat(), at)
        }
    };
    for document in &mut documents {
        let at = document.root.at;
        let items = std::mem::replace(&mut document.root.value, Value::Null);
        let entry = |key: &str, value| Entry {
            key: key.into(),
            at,
            value: Node { at, value },
        };
        let entries = [
            entry("kind", Value::Text("List".into())),
            entry("items", items),
        ];
        document.root.value = Value::Map(entries.into());
    }
    (documents, error)
}

/// The place behind a text that begins at a place.
fn beyond(at: Place, text: &[u8]) -> Place {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    // Columns count letters, not bytes.
    let letters = |bytes: &[u8]| count(bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count());
    let lines = count(memchr::memchr_iter(b'\n', text).count());
    match memchr::memrchr(b'\n', text).and_then(|end| text.get(end + 1..)) {
        Some(last) => Place {
            line: at.line.saturating_add(lines),
            column: letters(last).saturating_add(1),
        },
        None => Place {
            line: at.line,
            column: at.column.saturating_add(letters(text)),
        },
    }
}

/// Whether a document without its items is a `List` without items.
fn is_list(document: &[u8], items: &Items) -> bool {
    let (Some(head), Some(tail)) = (document.get(..items.from), document.get(items.to..)) else {
        return false;
    };
    let (documents, error) = yaml::parse(&[head, tail].concat());
    let [Document { root, duplicates }] = documents.as_slice() else {
        return false;
    };
    let kind = root.get("kind").and_then(Node::as_str);
    let is_empty = root.get("items").is_some_and(|items| match &items.value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        _ => false,
    });
    error.is_none()
        && duplicates.is_empty()
        && is_empty
        && kind.is_some_and(|kind| kind.ends_with("List"))
}

/// Items below a line `items:`.
fn block(document: &[u8], size: usize) -> Option<Items> {
    const KEY: &[u8] = b"items:";
    let key = if document.starts_with(KEY) {
        0
    } else {
        memchr::memmem::find(document, b"\nitems:")? + 1
    };
    let rest = document.get(key + KEY.len()..)?;
    let end = memchr::memchr(b'\n', rest)?;
    let behind = rest.get(..end)?.trim_ascii();
    if !behind.is_empty() {
        return None;
    }
    let from = key + KEY.len() + end + 1;
    let mut begins: Vec<usize> = Vec::new();
    let mut indent = None;
    let mut at = from;
    while let Some(rest) = document.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length)?;
        let spaces = line.iter().take_while(|byte| **byte == b' ').count();
        let text = line.get(spaces..)?.trim_ascii_end();
        let is_item = text == b"-" || text.starts_with(b"- ");
        let is_below = indent.is_some_and(|indent| spaces > indent);
        if !(is_below || text.is_empty() || text.starts_with(b"#")) {
            if is_item && indent.is_none_or(|indent| spaces == indent) {
                indent = Some(spaces);
                if begins.last().is_none_or(|last| at - last >= size) {
                    begins.push(at);
                }
            } else if spaces == 0 && indent.is_some() {
                break;
            } else {
                return None;
            }
        }
        at += length;
    }
    (!begins.is_empty()).then_some(Items {
        from,
        to: at,
        begins,
    })
}

/// Whether an item may need what stands outside of it: an alias, or a comment that allows something
/// in a range of lines.
fn is_joined(document: &[u8]) -> bool {
    let remarks = memchr::memmem::find_iter(document, b"plimsoll:");
    let mut remarks = remarks.filter_map(|at| document.get(..at));
    if remarks.any(|before| before.trim_ascii_end().ends_with(b"#")) {
        return true;
    }
    let mut anchors = BTreeSet::new();
    let mut aliases = BTreeSet::new();
    for at in memchr::memchr2_iter(b'&', b'*', document) {
        let before = at.checked_sub(1).and_then(|before| document.get(before));
        if before.is_some_and(|byte| !(byte.is_ascii_whitespace() || b"[{,".contains(byte))) {
            continue;
        }
        let name = document.get(at + 1..).unwrap_or_default();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"[]{},".contains(byte);
        let length = name.iter().position(ends).unwrap_or(name.len());
        let name = name.get(..length).unwrap_or_default();
        if document.get(at) == Some(&b'&') {
            anchors.insert(name);
        } else {
            aliases.insert(name.strip_suffix(b":").unwrap_or(name));
        }
    }
    aliases
        .iter()
        .any(|name| !name.is_empty() && anchors.contains(name))
}

/// Items of JSON: those of the field `items` of the outermost object.
fn json(document: &[u8], size: usize) -> Option<Items> {
    let mut scan = Scan {
        document,
        size,
        ..Scan::default()
    };
    let mut at = 0;
    while let Some(&byte) = document.get(at) {
        at = if byte == b'"' {
            scan.text(at)?
        } else {
            scan.sign(byte, at)?;
            at + 1
        };
    }
    let (from, to) = (scan.from?, scan.to?);
    (scan.depth == 0 && !scan.begins.is_empty()).then_some(Items {
        from,
        to,
        begins: scan.begins,
    })
}

/// Counts brackets.
#[derive(Default)]
struct Scan<'d> {
    document: &'d [u8],
    size: usize,
    depth: usize,
    /// The last text of the outermost object: a key, when a colon follows.
    last: &'d [u8],
    /// Whether the field `items` is being read.
    is_items: bool,
    from: Option<usize>,
    to: Option<usize>,
    begins: Vec<usize>,
}

impl Scan<'_> {
    /// Steps over a text that begins at a quote; where it is over.
    fn text(&mut self, at: usize) -> Option<usize> {
        let mut end = at + 1;
        loop {
            end += memchr::memchr2(b'"', b'\\', self.document.get(end..)?)?;
            if self.document.get(end) == Some(&b'"') {
                break;
            }
            end += 2;
        }
        if self.depth == 1 {
            self.last = self.document.get(at + 1..end)?;
        }
        Some(end + 1)
    }

    /// A byte outside of texts; `None` for what is not in JSON, or of no list.
    fn sign(&mut self, byte: u8, at: usize) -> Option<()> {
        match byte {
            b'[' | b'{' => {
                let is_items = self.depth == 1 && self.is_items;
                if is_items && byte == b'[' && self.from.is_none() {
                    self.from = Some(at + 1);
                    self.begins.push(at);
                }
                self.depth += 1;
                return (self.depth <= DEPTH_MAX && (self.depth > 1 || at == self.start()))
                    .then_some(());
            }
            b']' | b'}' => {
                self.depth = self.depth.checked_sub(1)?;
                if self.depth == 1 && self.is_items && self.to.is_none() {
                    self.to = Some(at);
                    return (byte == b']').then_some(());
                }
            }
            b',' if self.depth == 1 => self.is_items = false,
            b',' if self.depth == 2 && self.is_items => {
                let begins = self.begins.last();
                if begins.is_some_and(|last| at - last >= self.size) {
                    self.begins.push(at);
                }
            }
            b':' if self.depth == 1 => self.is_items = self.last == b"items",
            _ => {
                let is_plain = byte.is_ascii_whitespace()
                    || byte.is_ascii_alphanumeric()
                    || b"+-.:,".contains(&byte);
                return is_plain.then_some(());
            }
        }
        Some(())
    }

    /// Where the outermost object begins.
    fn start(&self) -> usize {
        self.document.len() - self.document.trim_ascii_start().len()
    }
}

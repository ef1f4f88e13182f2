//! Looks up rows of an SQLite database by their text key: podman's, from version 5 on.
//!
//! Implements what the SQLite database file format says about table and index b-trees, records and
//! overflow pages, as far as a table `(ID TEXT PRIMARY KEY, …)` needs it. No lock is taken and nothing
//! is written, so that podman is never held up; a read counts only when the file's change counter is
//! the same before and after. What still lies in a write-ahead log is not seen; podman uses none.

use std::cell::Cell;

use super::bolt::Source;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Length of the header before the first page's own, bytes.
const HEADER_BYTES: usize = 100;
const UTF_8: u32 = 1;
const INDEX_INTERIOR: u8 = 2;
const TABLE_INTERIOR: u8 = 5;
const INDEX_LEAF: u8 = 10;
const TABLE_LEAF: u8 = 13;
/// Longest row, in bytes.
const ROW_BYTES_MAX: usize = 4 << 20;
/// Most pages that one look reads.
const PAGES_MAX: u32 = 4096;
/// Deepest tree.
const DEPTH_MAX: usize = 24;
/// Most tables and indexes; podman has some thirty.
const TABLES_MAX: usize = 1024;
/// Most columns of a row.
const COLUMNS_MAX: usize = 32;
/// How often it is read again when it changed meanwhile.
const TRIES: usize = 4;

/// A database.
#[derive(Debug)]
pub struct Sqlite<S> {
    source: S,
    page_bytes: usize,
    /// Bytes of a page that are used, without those reserved at its end.
    usable: usize,
    /// Pages that may still be read.
    left: Cell<u32>,
}

impl<S: Source> Sqlite<S> {
    /// `None` when it is no such database, or one of UTF-16.
    pub fn new(source: S) -> Option<Self> {
        let mut head = [0; HEADER_BYTES];
        source.fill(&mut head, 0)?;
        if !head.starts_with(MAGIC) || number(&head, 56, 4)? != UTF_8 {
            return None;
        }
        let page_bytes = match number(&head, 16, 2)? as usize {
            1 => 65_536,
            size if size >= 512 && size.is_power_of_two() => size,
            _ => return None,
        };
        let usable = page_bytes - number(&head, 20, 1)? as usize;
        (usable >= 480).then_some(Self {
            source,
            page_bytes,
            usable,
            left: Cell::new(0),
        })
    }

    /// The values of the row with this text as its primary key: text and blobs as their bytes, all
    /// else empty.
    pub fn row(&self, table: &str, key: &str) -> Option<Vec<Vec<u8>>> {
        for _ in 0..TRIES {
            self.left.set(PAGES_MAX);
            let before = self.changes()?;
            let row = self.look(table, key);
            if self.changes()? == before {
                return row;
            }
        }
        None
    }

    /// The file's change counter.
    fn changes(&self) -> Option<u32> {
        let mut bytes = [0; 4];
        self.source.fill(&mut bytes, 24)?;
        Some(u32::from_be_bytes(bytes))
    }

    fn look(&self, table: &str, key: &str) -> Option<Vec<Vec<u8>>> {
        let root = self.root(b"table", table.as_bytes())?;
        // The first index that SQLite makes by itself is the primary key's.
        let index = format!("sqlite_autoindex_{table}_1");
        let index = self.root(b"index", index.as_bytes())?;
        let row = self.row_of_key(index, key.as_bytes())?;
        let record = self.record_of_row(root, row)?;
        let values = values(&record)?;
        Some(values.into_iter().map(Value::into_bytes).collect())
    }

    /// The root page of a table or index, from the table of all of them.
    fn root(&self, kind: &[u8], name: &[u8]) -> Option<u32> {
        let mut pages = vec![1];
        let mut seen = 0;
        while let Some(at) = pages.pop() {
            let page = self.page(at)?;
            match page.kind()? {
                TABLE_INTERIOR => {
                    for cell in page.cells()? {
                        pages.push(number(&page.bytes, cell?, 4)?);
                    }
                    pages.push(page.last_child()?);
                    if pages.len() > TABLES_MAX {
                        return None;
                    }
                }
                TABLE_LEAF => {
                    for cell in page.cells()? {
                        seen += 1;
                        if seen > TABLES_MAX {
                            return None;
                        }
                        let (_, record) = self.leaf_cell(&page, cell?)?;
                        let values = values(&record)?;
                        if let [
                            Value::Bytes(one),
                            Value::Bytes(other),
                            _,
                            Value::Number(root),
                            ..,
                        ] = values.as_slice()
                            && (*one, *other) == (kind, name)
                        {
                            return u32::try_from(*root).ok();
                        }
                    }
                }
                _ => return None,
            }
        }
        None
    }

    /// The number of the row that has this key.
    fn row_of_key(&self, root: u32, key: &[u8]) -> Option<u64> {
        let mut at = root;
        for _ in 0..DEPTH_MAX {
            let page = self.page(at)?;
            let is_leaf = match page.kind()? {
                INDEX_LEAF => true,
                INDEX_INTERIOR => false,
                _ => return None,
            };
            let mut next = None;
            for cell in page.cells()? {
                let cell = cell?;
                let record = page.bytes.get(if is_leaf { cell } else { cell + 4 }..)?;
                let (length, record) = varint(record)?;
                // A key that is longer than fits here is none of an engine's ids.
                let length = usize::try_from(length).ok()?;
                let most = (self.usable - 12) * 64 / 255 - 23;
                let values = values(record.get(..length.min(most))?)?;
                let [Value::Bytes(found), Value::Number(row), ..] = values.as_slice() else {
                    return None;
                };
                match key.cmp(found) {
                    std::cmp::Ordering::Equal => return Some(*row),
                    std::cmp::Ordering::Less if !is_leaf => {
                        next = Some(number(&page.bytes, cell, 4)?);
                        break;
                    }
                    std::cmp::Ordering::Less => return None,
                    std::cmp::Ordering::Greater => {}
                }
            }
            if is_leaf {
                return None;
            }
            at = next.or_else(|| page.last_child())?;
        }
        None
    }

    fn record_of_row(&self, root: u32, row: u64) -> Option<Vec<u8>> {
        let mut at = root;
        for _ in 0..DEPTH_MAX {
            let page = self.page(at)?;
            match page.kind()? {
                TABLE_LEAF => {
                    for cell in page.cells()? {
                        let (_, rest) = varint(page.bytes.get(cell?..)?)?;
                        if varint(rest)?.0 == row {
                            return Some(self.leaf_cell(&page, cell?)?.1);
                        }
                    }
                    return None;
                }
                TABLE_INTERIOR => {
                    let mut next = None;
                    for cell in page.cells()? {
                        let cell = cell?;
                        // The child holds rows up to this one.
                        if row <= varint(page.bytes.get(cell + 4..)?)?.0 {
                            next = Some(number(&page.bytes, cell, 4)?);
                            break;
                        }
                    }
                    at = next.or_else(|| page.last_child())?;
                }
                _ => return None,
            }
        }
        None
    }

    /// Number and record of a row, put together from its overflow pages.
    fn leaf_cell(&self, page: &Page, at: usize) -> Option<(u64, Vec<u8>)> {
        let cell = page.bytes.get(at..self.usable)?;
        let (length, cell) = varint(cell)?;
        let (row, cell) = varint(cell)?;
        let length = usize::try_from(length)
            .ok()
            .filter(|n| *n <= ROW_BYTES_MAX)?;
        let local = self.local_bytes(length);
        let mut record = cell.get(..local)?.to_vec();
        if local == length {
            return Some((row, record));
        }
        let mut next = number(cell, local, 4)?;
        // What is claimed is not what is there: room is made as pages come in.
        while record.len() < length {
            let page = self.page(next)?;
            next = number(&page.bytes, 0, 4)?;
            let take = (length - record.len()).min(self.usable - 4);
            record.extend_from_slice(page.bytes.get(4..4 + take)?);
        }
        Some((row, record))
    }

    /// How much of a record lies in the leaf itself.
    const fn local_bytes(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let local = least + (length - least) % (self.usable - 4);
        if local <= most { local } else { least }
    }

    /// Page by number, from 1.
    fn page(&self, number: u32) -> Option<Page> {
        self.left.set(self.left.get().checked_sub(1)?);
        let mut bytes = vec![0; self.page_bytes];
        let offset = u64::from(number.checked_sub(1)?) * self.page_bytes as u64;
        self.source.fill(&mut bytes, offset)?;
        // The first page begins with the header of the file.
        let start = if number == 1 { HEADER_BYTES } else { 0 };
        Some(Page { bytes, start })
    }
}

struct Page {
    bytes: Vec<u8>,
    start: usize,
}

impl Page {
    fn kind(&self) -> Option<u8> {
        self.bytes.get(self.start).copied()
    }

    /// Where its cells begin.
    fn cells(&self) -> Option<impl Iterator<Item = Option<usize>>> {
        let count = number(&self.bytes, self.start + 3, 2)? as usize;
        let head = match self.kind()? {
            INDEX_INTERIOR | TABLE_INTERIOR => 12,
            _ => 8,
        };
        let first = self.start + head;
        Some((0..count).map(move |at| Some(number(&self.bytes, first + at * 2, 2)? as usize)))
    }

    fn last_child(&self) -> Option<u32> {
        number(&self.bytes, self.start + 8, 4)
    }
}

/// A value of a record.
enum Value<'a> {
    Bytes(&'a [u8]),
    Number(u64),
    Other,
}

impl Value<'_> {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.to_vec(),
            Self::Number(_) | Self::Other => Vec::new(),
        }
    }
}

fn values(record: &[u8]) -> Option<Vec<Value<'_>>> {
    let (head_bytes, _) = varint(record)?;
    let (head, mut body) = record.split_at_checked(usize::try_from(head_bytes).ok()?)?;
    let (_, mut head) = varint(head)?;
    let mut values = Vec::new();
    while !head.is_empty() && values.len() < COLUMNS_MAX {
        let (serial, rest) = varint(head)?;
        head = rest;
        let length = match serial {
            0 | 8 | 9 => 0,
            1..=4 => serial,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => (serial - 12) / 2,
        };
        let (value, rest) = body.split_at_checked(usize::try_from(length).ok()?)?;
        body = rest;
        values.push(match serial {
            1..=6 => Value::Number(value.iter().fold(0, |all, b| all << 8 | u64::from(*b))),
            8 | 9 => Value::Number(serial - 8),
            12.. => Value::Bytes(value),
            _ => Value::Other,
        });
    }
    Some(values)
}

/// A big-endian number of up to four bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(
        bytes
            .iter()
            .fold(0, |all, byte| all << 8 | u32::from(*byte)),
    )
}

/// A number in SQLite's own form of 1 to 9 bytes, and what is behind it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some((value << 8 | u64::from(*byte), bytes.get(9..)?));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

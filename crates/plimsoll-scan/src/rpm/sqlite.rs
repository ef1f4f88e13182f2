//! The rows of rpm's `Packages` table in an SQLite file.
//!
//! Implements what the SQLite database file format says about table b-trees, records and overflow
//! pages, for reading one table from front to back. Indexes, views, encodings of text other than
//! in the names of tables, and the write-ahead log are not read; the log is looked at only as far
//! as to say that it holds something.

use std::borrow::Cow;

use super::inventory::Collector;
use super::pages::{BLOB_BYTES_MAX, Order, Pages, Seen};
use crate::CatalogError;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const TABLE: &[u8] = b"Packages";

/// Longest definition in the schema table that is read, in bytes. rpm's are below 300.
const SCHEMA_ROW_BYTES_MAX: usize = 64 << 10;

const TABLE_INTERIOR: u8 = 0x05;
const TABLE_LEAF: u8 = 0x0d;

/// Hands every package header in the file to `out`.
pub(crate) fn read(pages: &Pages<'_>, out: &mut Collector<'_>) -> Result<(), CatalogError> {
    let database = Database::open(pages)?;
    let mut root = None;
    let mut walk = Walk::new(&database, SCHEMA_ROW_BYTES_MAX);
    walk.run(1, &mut |row| match row {
        Ok(record) => {
            root = root.or_else(|| root_page(&record));
            true
        }
        Err(error) => {
            out.problems.note(|| error.reason);
            true
        }
    });
    let root = root.ok_or_else(|| CatalogError::new("database has no table of packages"))?;
    let mut walk = Walk::new(&database, BLOB_BYTES_MAX);
    walk.run(root, &mut |row| match row {
        Ok(record) => {
            let columns = columns(&record).unwrap_or_default();
            if let Some(blob) = columns.into_iter().find_map(Column::blob) {
                return out.header(blob);
            }
            out.problems
                .note(|| "row of the package table is damaged".to_owned());
            true
        }
        Err(error) => {
            out.problems.note(|| error.reason);
            true
        }
    });
    Ok(())
}

/// An error if a write-ahead log holds changes that are not in the database beside it.
///
/// rpm empties the log when it closes the database, so that whatever is in there was left behind.
pub(crate) fn refuse_log(pages: &Pages<'_>) -> Result<(), CatalogError> {
    const HEAD_BYTES: usize = 32;
    const FRAME_HEAD_BYTES: usize = 24;
    if pages.size() == 0 {
        return Ok(());
    }
    let head = pages.read(0, HEAD_BYTES)?;
    if !matches!(Order::Big.u32(&head, 0), Some(0x377f_0682 | 0x377f_0683)) {
        return Err(CatalogError::new("write-ahead log has an unknown form"));
    }
    // Frames of an older generation carry other salts and do not count.
    match pages.read(HEAD_BYTES as u64, FRAME_HEAD_BYTES) {
        Ok(frame) if frame.get(8..16) == head.get(16..24) => Err(CatalogError::new(
            "write-ahead log holds changes that are not in the package database",
        )),
        _ => Ok(()),
    }
}

/// A database file whose first page made sense.
struct Database<'a> {
    pages: &'a Pages<'a>,
    page_bytes: usize,
    /// Bytes of a page that are used, without those reserved at its end.
    usable: usize,
    page_count: u32,
}

impl<'a> Database<'a> {
    fn open(pages: &'a Pages<'a>) -> Result<Self, CatalogError> {
        let wrong = |what: &str| CatalogError::new(format!("SQLite database: {what}"));
        if pages.size() == 0 {
            return Err(wrong("file is empty"));
        }
        let head = pages.read(0, 100)?;
        if !head.starts_with(MAGIC) {
            return Err(wrong("file does not begin as one"));
        }
        let page_bytes = match Order::Big.u16(&head, 16) {
            Some(1) => 65_536,
            Some(size) if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return Err(wrong("impossible page size")),
        };
        let reserved = usize::from(head.get(20).copied().unwrap_or_default());
        let usable = page_bytes - reserved;
        if usable < 480 {
            return Err(wrong("impossible page size"));
        }
        Ok(Self {
            pages,
            page_bytes,
            usable,
            page_count: u32::try_from(pages.size() / page_bytes as u64).unwrap_or(u32::MAX),
        })
    }

    /// Page by number, counted from 1.
    fn page(&self, number: u32) -> Result<Cow<'a, [u8]>, CatalogError> {
        let offset = u64::from(number.saturating_sub(1)) * self.page_bytes as u64;
        self.pages.read(offset, self.page_bytes)
    }
}

/// A walk over one table.
struct Walk<'a> {
    database: &'a Database<'a>,
    seen: Seen,
    row_bytes_max: usize,
}

impl<'a> Walk<'a> {
    fn new(database: &'a Database<'a>, row_bytes_max: usize) -> Self {
        Self {
            database,
            seen: Seen::new(database.page_count.saturating_add(1)),
            row_bytes_max,
        }
    }

    /// Calls `each` with every row's record, in order, until it returns `false`.
    fn run(&mut self, root: u32, each: &mut dyn FnMut(Result<Vec<u8>, CatalogError>) -> bool) {
        let mut open = Vec::new();
        match self.seen.enter(root) {
            Ok(()) => open.push(root),
            Err(error) => {
                each(Err(error));
            }
        }
        while let Some(number) = open.pop() {
            match self.enter(number, &mut open, each) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    if !each(Err(error)) {
                        return;
                    }
                }
            }
        }
    }

    fn enter(
        &mut self,
        number: u32,
        open: &mut Vec<u32>,
        each: &mut dyn FnMut(Result<Vec<u8>, CatalogError>) -> bool,
    ) -> Result<bool, CatalogError> {
        let wrong = || CatalogError::new(format!("page {number} of the database is damaged"));
        let page = self.database.page(number)?;
        // The first page begins with the header of the file.
        let start = if number == 1 { 100 } else { 0 };
        let cells = usize::from(Order::Big.u16(&page, start + 3).ok_or_else(wrong)?);
        let pointer = |index: usize, head: usize| {
            Order::Big
                .u16(&page, start + head + index * 2)
                .map(usize::from)
        };
        match page.get(start).copied() {
            Some(TABLE_INTERIOR) => {
                let first = open.len();
                let last_child = Order::Big.u32(&page, start + 8);
                let children = (0..cells)
                    .map(|index| pointer(index, 12).and_then(|cell| Order::Big.u32(&page, cell)))
                    .chain([last_child]);
                for child in children {
                    // Entered before it is kept, so that what is kept is bounded by the file.
                    match child.ok_or_else(wrong).and_then(|child| {
                        self.seen.enter(child)?;
                        Ok(child)
                    }) {
                        Ok(child) => open.push(child),
                        Err(error) => {
                            if !each(Err(error)) {
                                return Ok(false);
                            }
                        }
                    }
                }
                // The stack gives back the last one first.
                if let Some(children) = open.get_mut(first..) {
                    children.reverse();
                }
                Ok(true)
            }
            Some(TABLE_LEAF) => {
                let mut claimed = 0;
                for index in 0..cells {
                    let row = pointer(index, 8)
                        .ok_or_else(wrong)
                        .and_then(|cell| self.record(&page, cell, &mut claimed));
                    // Rows of one page do not overlap; if they claim to, reading on costs time.
                    if claimed > self.database.page_bytes {
                        return Err(wrong());
                    }
                    if !each(row) {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Err(wrong()),
        }
    }

    /// The record of the cell at `at`, put together from its overflow pages; adds to `claimed`
    /// the bytes that it takes in the page itself.
    fn record(
        &mut self,
        page: &[u8],
        at: usize,
        claimed: &mut usize,
    ) -> Result<Vec<u8>, CatalogError> {
        let wrong = || CatalogError::new("row of the database is damaged");
        let cell = page.get(at..self.database.usable).ok_or_else(wrong)?;
        let (len, rest) = varint(cell).ok_or_else(wrong)?;
        let (_rowid, rest) = varint(rest).ok_or_else(wrong)?;
        let len = usize::try_from(len)
            .ok()
            .filter(|len| *len <= self.row_bytes_max)
            .ok_or_else(|| {
                CatalogError::new(format!(
                    "row of {len} bytes is larger than the limit of {} bytes",
                    self.row_bytes_max
                ))
            })?;
        let local = local_bytes(len, self.database.usable);
        *claimed += local;
        let mut record = rest.get(..local).ok_or_else(wrong)?.to_vec();
        if local == len {
            return Ok(record);
        }
        let mut next = Order::Big.u32(rest, local).ok_or_else(wrong)?;
        // What is claimed is not what is there: room is made as pages come in.
        while record.len() < len {
            self.seen.enter(next)?;
            let page = self.database.page(next)?;
            next = Order::Big.u32(&page, 0).ok_or_else(wrong)?;
            let take = (len - record.len()).min(self.database.usable - 4);
            record.extend_from_slice(page.get(4..4 + take).ok_or_else(wrong)?);
        }
        Ok(record)
    }
}

/// How many bytes of a record of `len` bytes lie in the leaf page itself.
fn local_bytes(len: usize, usable: usize) -> usize {
    let most = usable - 35;
    if len <= most {
        return len;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let local = least + (len - least) % (usable - 4);
    if local <= most { local } else { least }
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

/// A value of a record, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column<'a> {
    Integer(u64),
    Blob(&'a [u8]),
    Text(&'a [u8]),
    Other,
}

impl<'a> Column<'a> {
    fn blob(self) -> Option<&'a [u8]> {
        match self {
            Self::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Columns of a record; those of the tables at hand have at most five.
fn columns(record: &[u8]) -> Option<Vec<Column<'_>>> {
    const COLUMNS_MAX: usize = 16;
    let (head_len, _) = varint(record)?;
    let (head, mut body) = record.split_at_checked(usize::try_from(head_len).ok()?)?;
    let (_, mut head) = varint(head)?;
    let mut columns = Vec::new();
    while !head.is_empty() && columns.len() < COLUMNS_MAX {
        let (serial, rest) = varint(head)?;
        head = rest;
        let len = match serial {
            0 | 8 | 9 => 0,
            1..=4 => serial,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => (serial - 12) / 2,
        };
        let (value, rest) = body.split_at_checked(usize::try_from(len).ok()?)?;
        body = rest;
        columns.push(match serial {
            1..=6 => Column::Integer(value.iter().fold(0, |all, b| all << 8 | u64::from(*b))),
            12.. if serial % 2 == 0 => Column::Blob(value),
            12.. => Column::Text(value),
            _ => Column::Other,
        });
    }
    Some(columns)
}

/// The root page of the package table, if this row of the schema is about it.
fn root_page(record: &[u8]) -> Option<u32> {
    let columns = columns(record)?;
    match columns.get(..4)? {
        [
            Column::Text(b"table"),
            Column::Text(name),
            _,
            Column::Integer(root),
        ] => (*name == TABLE)
            .then(|| u32::try_from(*root).ok())
            .flatten(),
        _ => None,
    }
}

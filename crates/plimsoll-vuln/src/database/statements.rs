//! Statements: who says what about which vulnerability of one package in one scope.
//!
//! ```text
//! list      := length of the body (varint), checksum (4), body
//! body      := texts: count, then each as length and UTF-8
//!              statements: count, then each:
//! statement := vulnerability number less the previous one's (varint)
//!              source (1): number of the source in the meta section; top bit: record withdrawn
//!              record (varint): position in the vulnerability's records
//!              head (1): status (bits 0–2), binary (3), versions follow (4), extras follow (5),
//!                        shape of the ranges (6–7)
//!              ranges, versions, extras: as the head says; texts by their number
//! ```
//!
//! The checksum is the lower half of the XXH3-64 of the body, seeded with the XXH3-64 of the key.
//! Texts (versions, words, modules, architectures) are sorted and each there once.

use plimsoll_model::Date;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::codec::{CodecError, Reader, pack_date, unpack_date, write_text, write_varint};
use crate::{Affected, Range, Scope, Status};

const WITHDRAWN: u8 = 0x80;
/// Most sources a database can have: what is left of the byte.
pub const SOURCES_MAX: usize = 0x80;

const BINARY: u8 = 1 << 3;
const VERSIONS: u8 = 1 << 4;
const EXTRAS: u8 = 1 << 5;
const SHAPE_SHIFT: u8 = 6;
/// No range at all.
const SHAPE_NONE: u8 = 0;
/// One range, up to a fixed version.
const SHAPE_FIXED: u8 = 1;
/// One range that is open on both sides.
const SHAPE_OPEN: u8 = 2;
/// A list of ranges.
const SHAPE_LIST: u8 = 3;

const HAS_INTRODUCED: u8 = 1;
const HAS_FIXED: u8 = 2;
const HAS_LAST_AFFECTED: u8 = 4;
const HAS_AFTER: u8 = 8;
/// All of them.
const HAS_ANY: u8 = HAS_INTRODUCED | HAS_FIXED | HAS_LAST_AFFECTED | HAS_AFTER;

const EXTRA_VENDOR_SEVERITY: u8 = 1;
const EXTRA_FIX_AVAILABLE: u8 = 2;
const EXTRA_MODULE: u8 = 4;
const EXTRA_ARCHES: u8 = 8;

/// Number of a text in its list.
pub type TextIndex = u32;

/// A range by the numbers of its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub introduced: Option<TextIndex>,
    pub after: Option<TextIndex>,
    pub fixed: Option<TextIndex>,
    pub last_affected: Option<TextIndex>,
}

/// One statement; texts by their number in the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    pub vulnerability: u32,
    pub source: u8,
    pub record: u32,
    pub withdrawn: bool,
    pub status: Status,
    pub binary: bool,
    pub ranges: Vec<Span>,
    pub versions: Vec<TextIndex>,
    pub vendor_severity: Option<TextIndex>,
    pub fix_available: Option<Date>,
    pub module: Option<TextIndex>,
    pub arches: Vec<TextIndex>,
}

impl Statement {
    const fn blank() -> Self {
        Self {
            vulnerability: 0,
            source: 0,
            record: 0,
            withdrawn: false,
            status: Status::Affected,
            binary: false,
            ranges: Vec::new(),
            versions: Vec::new(),
            vendor_severity: None,
            fix_available: None,
            module: None,
            arches: Vec::new(),
        }
    }
}

/// Appends a list. `texts` is sorted; `statements` too, by vulnerability first.
pub fn write_list(out: &mut Vec<u8>, key: &[u8], texts: &[&str], statements: &[Statement]) {
    let mut body = Vec::with_capacity(16 * statements.len() + 16);
    write_varint(&mut body, texts.len() as u64);
    for text in texts {
        write_text(&mut body, text);
    }
    write_varint(&mut body, statements.len() as u64);
    let mut last = 0;
    for statement in statements {
        write_varint(&mut body, u64::from(statement.vulnerability - last));
        last = statement.vulnerability;
        write_statement(&mut body, statement);
    }
    write_varint(out, body.len() as u64);
    out.extend_from_slice(&checksum(key, &body).to_le_bytes());
    out.extend_from_slice(&body);
}

fn checksum(key: &[u8], body: &[u8]) -> u32 {
    xxh3_64_with_seed(body, xxh3_64(key)) as u32
}

fn write_statement(out: &mut Vec<u8>, statement: &Statement) {
    out.push(statement.source | flag(statement.withdrawn, WITHDRAWN));
    write_varint(out, u64::from(statement.record));
    let shape = match statement.ranges.as_slice() {
        [] => SHAPE_NONE,
        [one] if *one == Span::default() => SHAPE_OPEN,
        [
            Span {
                introduced: None,
                after: None,
                fixed: Some(_),
                last_affected: None,
            },
        ] => SHAPE_FIXED,
        _ => SHAPE_LIST,
    };
    let extras = flag(statement.vendor_severity.is_some(), EXTRA_VENDOR_SEVERITY)
        | flag(statement.fix_available.is_some(), EXTRA_FIX_AVAILABLE)
        | flag(statement.module.is_some(), EXTRA_MODULE)
        | flag(!statement.arches.is_empty(), EXTRA_ARCHES);
    out.push(
        status_code(statement.status)
            | flag(statement.binary, BINARY)
            | flag(!statement.versions.is_empty(), VERSIONS)
            | flag(extras != 0, EXTRAS)
            | (shape << SHAPE_SHIFT),
    );
    match (shape, statement.ranges.first()) {
        (SHAPE_FIXED, Some(span)) => write_varint(out, u64::from(span.fixed.unwrap_or(0))),
        (SHAPE_LIST, _) => {
            write_varint(out, statement.ranges.len() as u64);
            for span in &statement.ranges {
                write_span(out, span);
            }
        }
        _ => {}
    }
    if !statement.versions.is_empty() {
        write_indices(out, &statement.versions);
    }
    if extras != 0 {
        out.push(extras);
        if let Some(word) = statement.vendor_severity {
            write_varint(out, u64::from(word));
        }
        if let Some(date) = statement.fix_available {
            write_varint(out, pack_date(date));
        }
        if let Some(module) = statement.module {
            write_varint(out, u64::from(module));
        }
        if !statement.arches.is_empty() {
            write_indices(out, &statement.arches);
        }
    }
}

/// The bit, if the condition holds.
const fn flag(condition: bool, bit: u8) -> u8 {
    if condition { bit } else { 0 }
}

fn write_span(out: &mut Vec<u8>, span: &Span) {
    out.push(
        flag(span.introduced.is_some(), HAS_INTRODUCED)
            | flag(span.fixed.is_some(), HAS_FIXED)
            | flag(span.last_affected.is_some(), HAS_LAST_AFFECTED)
            | flag(span.after.is_some(), HAS_AFTER),
    );
    for index in [span.introduced, span.after, span.fixed, span.last_affected]
        .into_iter()
        .flatten()
    {
        write_varint(out, u64::from(index));
    }
}

fn write_indices(out: &mut Vec<u8>, indices: &[TextIndex]) {
    write_varint(out, indices.len() as u64);
    for index in indices {
        write_varint(out, u64::from(*index));
    }
}

const fn status_code(status: Status) -> u8 {
    match status {
        Status::Affected => 0,
        Status::NotAffected => 1,
        Status::WontFix => 2,
        Status::UnderInvestigation => 3,
        Status::EndOfLife => 4,
    }
}

const fn status_of(code: u8) -> Result<Status, CodecError> {
    Ok(match code {
        0 => Status::Affected,
        1 => Status::NotAffected,
        2 => Status::WontFix,
        3 => Status::UnderInvestigation,
        4 => Status::EndOfLife,
        _ => return Err(CodecError::Code),
    })
}

/// A list as read: the texts, and the statements one by one.
#[derive(Debug)]
pub struct List<'a> {
    texts: Vec<&'a str>,
    left: usize,
    reader: Reader<'a>,
    statement: Statement,
}

impl<'a> List<'a> {
    /// Reads the list at the start of `bytes` and checks its checksum; also says how long it is.
    pub fn read(bytes: &'a [u8], key: &[u8]) -> Result<(Self, usize), ListError> {
        let mut reader = Reader::new(bytes);
        let len = usize::try_from(reader.varint()?).map_err(|_| CodecError::Number)?;
        let stated = reader.u32_le()?;
        let body = reader.bytes(len)?;
        if checksum(key, body) != stated {
            return Err(ListError::Checksum);
        }
        let size = bytes.len() - reader.rest().len();
        let mut reader = Reader::new(body);
        let count = reader.count()?;
        let mut texts = Vec::with_capacity(count);
        for _ in 0..count {
            texts.push(reader.text()?);
        }
        let left = reader.count()?;
        let list = Self {
            texts,
            left,
            reader,
            statement: Statement::blank(),
        };
        Ok((list, size))
    }

    /// Number of statements not read yet.
    pub const fn left(&self) -> usize {
        self.left
    }

    /// A text by number; the numbers in statements always have one.
    pub fn text(&self, index: TextIndex) -> &'a str {
        self.texts.get(index as usize).copied().unwrap_or_default()
    }

    /// The next statement, until the next call.
    pub fn next(&mut self) -> Result<Option<&Statement>, CodecError> {
        if self.left == 0 {
            return if self.reader.is_empty() {
                Ok(None)
            } else {
                Err(CodecError::Rest)
            };
        }
        self.left -= 1;
        let step = self.reader.varint_u32()?;
        let statement = &mut self.statement;
        statement.vulnerability = statement
            .vulnerability
            .checked_add(step)
            .ok_or(CodecError::Number)?;
        let source = self.reader.u8()?;
        statement.source = source & !WITHDRAWN;
        statement.withdrawn = source & WITHDRAWN != 0;
        statement.record = self.reader.varint_u32()?;
        let head = self.reader.u8()?;
        statement.status = status_of(head & 0x07)?;
        statement.binary = head & BINARY != 0;
        let indices = Indices {
            count: self.texts.len(),
        };
        indices.read_ranges(&mut self.reader, head >> SHAPE_SHIFT, &mut statement.ranges)?;
        statement.versions.clear();
        if head & VERSIONS != 0 {
            indices.read_many(&mut self.reader, &mut statement.versions)?;
        }
        statement.vendor_severity = None;
        statement.fix_available = None;
        statement.module = None;
        statement.arches.clear();
        if head & EXTRAS != 0 {
            indices.read_extras(&mut self.reader, statement)?;
        }
        Ok(Some(&self.statement))
    }

    /// The statement as a source's record has it.
    pub fn affected(&self, statement: &Statement, scope: &Scope, package: &str) -> Affected {
        let owned = |index: TextIndex| self.text(index).to_owned();
        Affected {
            scope: scope.clone(),
            package: package.to_owned(),
            binary: statement.binary,
            status: statement.status,
            ranges: statement.ranges.iter().map(|s| self.range(s)).collect(),
            versions: statement.versions.iter().copied().map(owned).collect(),
            vendor_severity: statement.vendor_severity.map(owned),
            fix_available: statement.fix_available,
            module: statement.module.map(owned),
            arches: statement.arches.iter().copied().map(owned).collect(),
        }
    }

    pub fn range(&self, span: &Span) -> Range {
        let owned = |index: TextIndex| self.text(index).to_owned();
        Range {
            introduced: span.introduced.map(owned),
            after: span.after.map(owned),
            fixed: span.fixed.map(owned),
            last_affected: span.last_affected.map(owned),
        }
    }
}

/// A list that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    #[error("its checksum does not hold")]
    Checksum,
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// Reads numbers of texts and refuses those that have none.
#[derive(Clone, Copy)]
struct Indices {
    count: usize,
}

impl Indices {
    #[inline]
    fn read(self, reader: &mut Reader<'_>) -> Result<TextIndex, CodecError> {
        let index = reader.varint_u32()?;
        if (index as usize) < self.count {
            Ok(index)
        } else {
            Err(CodecError::Index)
        }
    }

    fn read_many(self, reader: &mut Reader<'_>, out: &mut Vec<u32>) -> Result<(), CodecError> {
        for _ in 0..reader.count()? {
            out.push(self.read(reader)?);
        }
        Ok(())
    }

    fn read_ranges(
        self,
        reader: &mut Reader<'_>,
        shape: u8,
        out: &mut Vec<Span>,
    ) -> Result<(), CodecError> {
        out.clear();
        match shape {
            SHAPE_NONE => {}
            SHAPE_FIXED => out.push(Span {
                fixed: Some(self.read(reader)?),
                ..Span::default()
            }),
            SHAPE_OPEN => out.push(Span::default()),
            _ => {
                for _ in 0..reader.count()? {
                    let flags = reader.u8()?;
                    if flags & !HAS_ANY != 0 {
                        return Err(CodecError::Code);
                    }
                    let mut bound =
                        |flag: u8| (flags & flag != 0).then(|| self.read(reader)).transpose();
                    out.push(Span {
                        introduced: bound(HAS_INTRODUCED)?,
                        after: bound(HAS_AFTER)?,
                        fixed: bound(HAS_FIXED)?,
                        last_affected: bound(HAS_LAST_AFFECTED)?,
                    });
                }
            }
        }
        Ok(())
    }

    fn read_extras(
        self,
        reader: &mut Reader<'_>,
        statement: &mut Statement,
    ) -> Result<(), CodecError> {
        let extras = reader.u8()?;
        if extras & EXTRA_VENDOR_SEVERITY != 0 {
            statement.vendor_severity = Some(self.read(reader)?);
        }
        if extras & EXTRA_FIX_AVAILABLE != 0 {
            statement.fix_available = Some(unpack_date(reader.varint()?)?);
        }
        if extras & EXTRA_MODULE != 0 {
            statement.module = Some(self.read(reader)?);
        }
        if extras & EXTRA_ARCHES != 0 {
            self.read_many(reader, &mut statement.arches)?;
        }
        if extras > 0x0f {
            return Err(CodecError::Code);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! Vulnerabilities: ids, ratings and records, in compressed blocks.
//!
//! Vulnerabilities are numbered in the order of their ids. A block holds consecutive ones:
//!
//! ```text
//! directory := for each block: first number (4), zero (4), offset in the section (8),
//!              compressed length (4), length (4), XXH3-64 of the compressed bytes (8)
//! block     := zstd of: count (varint), length of each entry (varint), entries
//! entry     := postcard of [`Entry`]
//! ```

use std::sync::OnceLock;

use plimsoll_model::{Date, Severity, Timestamp};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;
use zstd::dict::DecoderDictionary;

use super::DatabaseError;
use super::codec::{CodecError, Reader, pack_date, unpack_date, write_varint};
use crate::{CvssVector, Enrichment, Exploitation, Record};

/// A block is closed when its entries reach this size, in bytes.
pub const BLOCK_BYTES_TARGET: usize = 32 << 10;
/// Largest block that is decompressed, in bytes; far beyond what the builder writes.
pub const BLOCK_BYTES_MAX: usize = 16 << 20;
/// Bytes of a block's place in the directory.
const PLACE_BYTES: usize = 32;

/// A CVSS vector and who rated, as stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CvssEntry {
    pub vector: String,
    pub rated_by: Option<String>,
}

/// A source's record without what it says about packages, as stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordEntry {
    pub source: u8,
    /// Absent where it is the vulnerability's own.
    pub id: Option<String>,
    pub aliases: Vec<String>,
    pub upstream: Vec<String>,
    /// Seconds since 1970.
    pub published: Option<i64>,
    pub modified: Option<i64>,
    pub withdrawn: Option<i64>,
    pub summary: Option<String>,
    pub severity: Option<u8>,
    pub vendor_severity: Option<String>,
    pub cvss: Vec<CvssEntry>,
    pub weaknesses: Vec<String>,
}

/// What is known apart from packages, as stored.
#[derive(Debug, Clone, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
pub struct EnrichmentEntry {
    /// Numbers of the sources it comes from, ascending.
    pub sources: Vec<u8>,
    /// As [`pack_date`] has it.
    pub known_exploited: Option<u32>,
    pub epss: Option<f64>,
    pub cvss: Vec<CvssEntry>,
    pub weaknesses: Vec<String>,
    pub published: Option<i64>,
    pub rejected: bool,
    pub exploitation: Option<u8>,
    pub summary: Option<String>,
}

/// A vulnerability, as stored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Entry {
    pub id: String,
    pub aliases: Vec<String>,
    pub enrichment: Option<EnrichmentEntry>,
    pub records: Vec<RecordEntry>,
}

impl CvssEntry {
    fn into_vector(self) -> CvssVector {
        CvssVector {
            vector: self.vector,
            rated_by: self.rated_by,
        }
    }
}

impl From<CvssVector> for CvssEntry {
    fn from(vector: CvssVector) -> Self {
        Self {
            vector: vector.vector,
            rated_by: vector.rated_by,
        }
    }
}

impl RecordEntry {
    /// The record, still without packages. `own` is the vulnerability's id.
    pub fn into_record(self, own: &str) -> Result<Record, CodecError> {
        Ok(Record {
            id: self.id.unwrap_or_else(|| own.to_owned()),
            aliases: self.aliases,
            upstream: self.upstream,
            published: self.published.map(time_of).transpose()?,
            modified: self.modified.map(time_of).transpose()?,
            withdrawn: self.withdrawn.map(time_of).transpose()?,
            summary: self.summary,
            severity: self.severity.map(severity_of).transpose()?,
            vendor_severity: self.vendor_severity,
            cvss: self.cvss.into_iter().map(CvssEntry::into_vector).collect(),
            weaknesses: self.weaknesses,
            affected: Vec::new(),
        })
    }
}

impl EnrichmentEntry {
    pub fn into_enrichment(self, own: &str) -> Result<Enrichment, CodecError> {
        Ok(Enrichment {
            id: own.to_owned(),
            known_exploited: self.known_exploited.map(day_of).transpose()?,
            epss: self.epss,
            cvss: self.cvss.into_iter().map(CvssEntry::into_vector).collect(),
            weaknesses: self.weaknesses,
            published: self.published.map(time_of).transpose()?,
            rejected: self.rejected,
            exploitation: self.exploitation.map(exploitation_of).transpose()?,
            summary: self.summary,
        })
    }
}

pub fn time_of(seconds: i64) -> Result<Timestamp, CodecError> {
    Timestamp::from_second(seconds).map_err(|_| CodecError::Number)
}

pub fn pack_day(date: Date) -> u32 {
    pack_date(date) as u32
}

pub fn day_of(packed: u32) -> Result<Date, CodecError> {
    unpack_date(u64::from(packed))
}

/// The severity's place in ascending order.
pub const fn severity_code(severity: Severity) -> u8 {
    match severity {
        Severity::Unknown => 0,
        Severity::Negligible => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}

fn severity_of(code: u8) -> Result<Severity, CodecError> {
    Severity::WORST_FIRST
        .into_iter()
        .find(|severity| severity_code(*severity) == code)
        .ok_or(CodecError::Code)
}

/// How far exploitation went, ascending.
pub const fn exploitation_code(exploitation: Exploitation) -> u8 {
    match exploitation {
        Exploitation::None => 0,
        Exploitation::ProofOfConcept => 1,
        Exploitation::Active => 2,
    }
}

const fn exploitation_of(code: u8) -> Result<Exploitation, CodecError> {
    Ok(match code {
        0 => Exploitation::None,
        1 => Exploitation::ProofOfConcept,
        2 => Exploitation::Active,
        _ => return Err(CodecError::Code),
    })
}

/// Where a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    first: u32,
    offset: usize,
    compressed: usize,
    len: usize,
    xxh3: u64,
}

/// Writes the directory's line for a block.
pub fn write_place(out: &mut Vec<u8>, first: u32, offset: u64, compressed: &[u8], len: u32) {
    out.extend_from_slice(&first.to_le_bytes());
    out.extend_from_slice(&0_u32.to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&(compressed.len() as u32).to_le_bytes());
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(&xxh3_64(compressed).to_le_bytes());
}

/// The content of a block before compression.
pub fn write_block(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(BLOCK_BYTES_TARGET + (BLOCK_BYTES_TARGET >> 3));
    write_varint(&mut out, entries.len() as u64);
    for entry in entries {
        write_varint(&mut out, entry.len() as u64);
    }
    for entry in entries {
        out.extend_from_slice(entry);
    }
    out
}

/// The blocks of an opened database.
pub struct Blocks<'a> {
    pub directory: &'a [u8],
    pub dictionary: &'a [u8],
    pub packed: &'a [u8],
    /// The dictionary as zstd wants it, prepared at first use.
    pub prepared: &'a OnceLock<Option<DecoderDictionary<'static>>>,
}

fn damaged(number: u32, reason: impl std::fmt::Display) -> DatabaseError {
    DatabaseError::damaged(format!("vulnerability {number}"), format!("{reason}"))
}

impl Blocks<'_> {
    /// Number of blocks.
    pub const fn count(&self) -> usize {
        self.directory.len() / PLACE_BYTES
    }

    /// The number of the block that holds a vulnerability, if any does.
    pub fn block_of(&self, number: u32) -> Option<usize> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.place(middle)?.first <= number {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1)
    }

    fn place(&self, block: usize) -> Option<Place> {
        let start = block.checked_mul(PLACE_BYTES)?;
        let mut reader = Reader::new(self.directory.get(start..start.checked_add(PLACE_BYTES)?)?);
        let first = reader.u32_le().ok()?;
        let _zero = reader.u32_le().ok()?;
        Some(Place {
            first,
            offset: usize::try_from(reader.u64_le().ok()?).ok()?,
            compressed: reader.u32_le().ok()? as usize,
            len: reader.u32_le().ok()? as usize,
            xxh3: reader.u64_le().ok()?,
        })
    }

    /// Reads one block: the number of its first vulnerability, and its entries.
    pub fn read(&self, block: usize) -> Result<Block, DatabaseError> {
        let wrong = |reason: &str| DatabaseError::damaged(format!("block {block}"), reason);
        let place = self
            .place(block)
            .ok_or_else(|| wrong("it is not in the directory"))?;
        let compressed = place
            .offset
            .checked_add(place.compressed)
            .and_then(|end| self.packed.get(place.offset..end))
            .ok_or_else(|| wrong("it reaches beyond its section"))?;
        if xxh3_64(compressed) != place.xxh3 {
            return Err(wrong("its checksum does not hold"));
        }
        if place.len > BLOCK_BYTES_MAX {
            return Err(wrong("it is larger than any block may be"));
        }
        let bytes = self
            .decompress(compressed, place.len)
            .map_err(|error| wrong(&error.to_string()))?;
        if bytes.len() != place.len {
            return Err(wrong("it is shorter than the directory says"));
        }
        Block::parse(place.first, bytes).map_err(|error| wrong(&error.to_string()))
    }

    fn decompress(&self, compressed: &[u8], len: usize) -> std::io::Result<Vec<u8>> {
        if self.dictionary.is_empty() {
            return zstd::bulk::decompress(compressed, len);
        }
        let prepared = self
            .prepared
            .get_or_init(|| DecoderDictionary::try_copy(self.dictionary).ok())
            .as_ref()
            .ok_or_else(|| std::io::Error::other("zstd refuses the dictionary"))?;
        zstd::bulk::Decompressor::with_prepared_dictionary(prepared)?.decompress(compressed, len)
    }

    /// Reads one vulnerability.
    pub fn entry(&self, number: u32) -> Result<Entry, DatabaseError> {
        let block = self
            .block_of(number)
            .ok_or_else(|| damaged(number, "no block holds it"))?;
        self.read(block)?.entry(number)
    }
}

/// A block as read.
pub struct Block {
    pub first: u32,
    bytes: Vec<u8>,
    /// Where each entry ends in `bytes`, after where the first starts.
    bounds: Vec<usize>,
}

impl Block {
    fn parse(first: u32, bytes: Vec<u8>) -> Result<Self, CodecError> {
        let mut reader = Reader::new(&bytes);
        let count = reader.count()?;
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push(usize::try_from(reader.varint()?).map_err(|_| CodecError::Number)?);
        }
        let mut end = bytes.len() - reader.rest().len();
        let mut bounds = Vec::with_capacity(count + 1);
        bounds.push(end);
        for len in lengths {
            end = end
                .checked_add(len)
                .filter(|end| *end <= bytes.len())
                .ok_or(CodecError::End)?;
            bounds.push(end);
        }
        if end != bytes.len() {
            return Err(CodecError::Rest);
        }
        Ok(Self {
            first,
            bytes,
            bounds,
        })
    }

    /// Number of vulnerabilities in it.
    pub const fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    /// One of its vulnerabilities, by number.
    pub fn entry(&self, number: u32) -> Result<Entry, DatabaseError> {
        let index = number
            .checked_sub(self.first)
            .ok_or_else(|| damaged(number, "its block does not hold it"))?
            as usize;
        let bytes = self
            .bounds
            .get(index)
            .zip(self.bounds.get(index + 1))
            .and_then(|(start, end)| self.bytes.get(*start..*end))
            .ok_or_else(|| damaged(number, "its block does not hold it"))?;
        let (entry, rest) =
            postcard::take_from_bytes(bytes).map_err(|error| damaged(number, error))?;
        if !rest.is_empty() {
            return Err(damaged(number, CodecError::Rest));
        }
        Ok(entry)
    }
}

//! The central directory: finding it from the end of the file, and walking it.

use std::io;

use super::entry::LOCAL_HEADER_BYTES;
use super::{Method, ZipEntry, ZipError, ZipLimits};
use crate::ReadAt;
use crate::path::{normalize, spell};

const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
const END_BYTES: u64 = 22;
const COMMENT_BYTES_MAX: u64 = 0xffff;
const END64_SIGNATURE: [u8; 4] = *b"PK\x06\x06";
const END64_BYTES: u64 = 56;
const LOCATOR_SIGNATURE: [u8; 4] = *b"PK\x06\x07";
const LOCATOR_BYTES: u64 = 20;
const HEADER_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
const HEADER_BYTES: usize = 46;
/// Identifier of the zip64 field among the extra fields.
const ZIP64_FIELD: u16 = 1;
/// Bytes of the directory read at once; more than the longest record (46 + 3 × 65,535).
const BUFFER_BYTES: usize = 256 << 10;
/// "Made by" Unix, in the upper byte of the version.
const MADE_BY_UNIX: u16 = 3;

/// Where the directory is.
#[derive(Debug)]
pub(super) struct Directory {
    pub count: u64,
    /// From the start of the file.
    start: u64,
    end: u64,
    /// Bytes in front of the archive, to be added to each entry's offset.
    pub prefix: u64,
}

impl Directory {
    /// Finds the directory from the record at the end.
    pub fn find(data: &dyn ReadAt, limits: &ZipLimits) -> Result<Self, ZipError> {
        let end_at = find_end(data)?;
        let record: [u8; END_BYTES as usize] = array_at(data, end_at)?;
        let disk = u16_at(&record, 4);
        let mut count = u64::from(u16_at(&record, 10));
        let mut size = u64::from(u32_at(&record, 12));
        let mut offset = u64::from(u32_at(&record, 16));
        let mut end = end_at;
        let mut parts = disk != 0 && disk != 0xffff;
        if let Some((at, record)) = find_end64(data, end_at)? {
            parts = u32_at(&record, 16) != 0;
            count = u64_at(&record, 32);
            size = u64_at(&record, 40);
            offset = u64_at(&record, 48);
            end = at;
        }
        if parts {
            return Err(ZipError::Parts);
        }
        if count > limits.entries_max {
            return Err(ZipError::Limit {
                what: "number of entries",
                limit: limits.entries_max,
            });
        }
        let start = end
            .checked_sub(size)
            .ok_or(ZipError::Corrupt("directory larger than the file"))?;
        let prefix = start
            .checked_sub(offset)
            .ok_or(ZipError::Corrupt("directory past its own end"))?;
        if count > size / HEADER_BYTES as u64 {
            return Err(ZipError::Corrupt(
                "more entries than the directory can hold",
            ));
        }
        Ok(Self {
            count,
            start,
            end,
            prefix,
        })
    }

    /// Walks the directory once: every entry must lie in front of it, and no two may overlap.
    pub fn check(&self, data: &dyn ReadAt) -> Result<(), ZipError> {
        let mut spans = Vec::with_capacity(self.count as usize);
        let mut walk = self.walk();
        while let Some(header) = walk.next_header(self, data) {
            let header = header?;
            let offset = self.offset_of(&header)?;
            // The local header may have other extra fields: this is the least it covers.
            let least = LOCAL_HEADER_BYTES + u64::from(u16_at(&header.fixed, 28));
            let end = offset
                .checked_add(least)
                .and_then(|sum| sum.checked_add(header.packed_size))
                .filter(|end| *end <= self.start)
                .ok_or(ZipError::Corrupt("entry past the directory"))?;
            spans.push((offset, end));
        }
        spans.sort_unstable();
        let overlap = spans
            .iter()
            .zip(spans.iter().skip(1))
            .any(|((_, end), (start, _))| end > start);
        if overlap {
            return Err(ZipError::Overlap);
        }
        Ok(())
    }

    /// The start of a walk.
    pub const fn walk(&self) -> Walk {
        Walk {
            left: self.count,
            position: self.start,
            buffer: Vec::new(),
            used: 0,
        }
    }

    fn offset_of(&self, header: &Header) -> Result<u64, ZipError> {
        header
            .offset
            .checked_add(self.prefix)
            .ok_or(ZipError::Corrupt("entry past the directory"))
    }
}

/// A record of the directory.
struct Header {
    fixed: [u8; HEADER_BYTES],
    size: u64,
    packed_size: u64,
    offset: u64,
}

/// Where a walk through the directory stands.
pub(super) struct Walk {
    left: u64,
    /// Where the buffer's end lies in the file.
    position: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl Walk {
    /// The next entry. After [`ZipError::Name`] there may be more, after any other error not.
    pub fn next_entry(
        &mut self,
        directory: &Directory,
        data: &dyn ReadAt,
    ) -> Option<Result<ZipEntry, ZipError>> {
        let header = self.next_header(directory, data)?;
        Some(header.and_then(|header| self.entry(directory, &header)))
    }

    /// Steps to the next record; its name is then at the front of what is buffered.
    fn next_header(
        &mut self,
        directory: &Directory,
        data: &dyn ReadAt,
    ) -> Option<Result<Header, ZipError>> {
        self.left = self.left.checked_sub(1)?;
        let header = self.read_header(directory, data);
        if header.is_err() {
            self.left = 0;
        }
        Some(header)
    }

    fn read_header(
        &mut self,
        directory: &Directory,
        data: &dyn ReadAt,
    ) -> Result<Header, ZipError> {
        self.skip_record();
        let cut_off = ZipError::Corrupt("directory is cut off");
        self.fill(directory, data)?;
        let rest = self.buffer.get(self.used..).unwrap_or_default();
        let fixed = *rest.first_chunk::<HEADER_BYTES>().ok_or(cut_off)?;
        if !fixed.starts_with(&HEADER_SIGNATURE) {
            return Err(ZipError::Corrupt(
                "no header where the directory should go on",
            ));
        }
        let name_end = HEADER_BYTES + usize::from(u16_at(&fixed, 28));
        let extra_end = name_end + usize::from(u16_at(&fixed, 30));
        let record_end = extra_end + usize::from(u16_at(&fixed, 32));
        if rest.len() < record_end {
            return Err(ZipError::Corrupt("directory is cut off"));
        }
        let extra = rest.get(name_end..extra_end).unwrap_or_default();
        let mut header = Header {
            fixed,
            size: u64::from(u32_at(&fixed, 24)),
            packed_size: u64::from(u32_at(&fixed, 20)),
            offset: u64::from(u32_at(&fixed, 42)),
        };
        widen(&mut header, extra)?;
        Ok(header)
    }

    /// Steps over the record at hand.
    fn skip_record(&mut self) {
        let rest = self.buffer.get(self.used..).unwrap_or_default();
        if let Some(fixed) = rest.first_chunk::<HEADER_BYTES>() {
            self.used += HEADER_BYTES
                + usize::from(u16_at(fixed, 28))
                + usize::from(u16_at(fixed, 30))
                + usize::from(u16_at(fixed, 32));
        }
    }

    /// Makes sure that a whole record is buffered, if there is one.
    fn fill(&mut self, directory: &Directory, data: &dyn ReadAt) -> Result<(), ZipError> {
        const RECORD_BYTES_MAX: usize = HEADER_BYTES + 3 * 0xffff;
        let buffered = self.buffer.len().saturating_sub(self.used);
        let left = directory.end.saturating_sub(self.position);
        if buffered >= RECORD_BYTES_MAX || left == 0 {
            return Ok(());
        }
        self.buffer.drain(..self.used.min(self.buffer.len()));
        self.used = 0;
        let more = left.min((BUFFER_BYTES - buffered) as u64) as usize;
        self.buffer.resize(buffered + more, 0);
        let target = self.buffer.get_mut(buffered..).unwrap_or_default();
        read_exact_at(data, self.position, target)?;
        self.position += more as u64;
        Ok(())
    }

    fn entry(&self, directory: &Directory, header: &Header) -> Result<ZipEntry, ZipError> {
        let fixed = &header.fixed;
        let name_at = self.used + HEADER_BYTES;
        let raw = self
            .buffer
            .get(name_at..name_at + usize::from(u16_at(fixed, 28)))
            .unwrap_or_default();
        let mut name = String::new();
        normalize(raw, &mut name).map_err(|problem| ZipError::Name {
            name: spell(raw.get(..raw.len().min(256)).unwrap_or_default()),
            problem,
        })?;
        let made_by_unix = u16_at(fixed, 4) >> 8 == MADE_BY_UNIX;
        Ok(ZipEntry {
            name,
            is_dir: raw.last() == Some(&b'/'),
            method: match u16_at(fixed, 10) {
                0 => Method::Stored,
                8 => Method::Deflate,
                other => Method::Other(other),
            },
            encrypted: u16_at(fixed, 8) & 1 != 0,
            size: header.size,
            packed_size: header.packed_size,
            crc32: u32_at(fixed, 16),
            mode: made_by_unix.then(|| u32_at(fixed, 38) >> 16 & 0o7777),
            offset: directory.offset_of(header)?,
        })
    }
}

/// Takes the numbers that did not fit into the record from the zip64 field.
fn widen(header: &mut Header, extra: &[u8]) -> Result<(), ZipError> {
    const FULL: u64 = 0xffff_ffff;
    let numbers = [
        &mut header.size,
        &mut header.packed_size,
        &mut header.offset,
    ];
    if numbers.iter().all(|number| **number != FULL) {
        return Ok(());
    }
    let mut rest = extra;
    while let Some((head, tail)) = rest.split_first_chunk::<4>() {
        let len = usize::from(u16_at(head, 2));
        let (mut field, next) = tail
            .split_at_checked(len)
            .ok_or(ZipError::Corrupt("extra field is cut off"))?;
        if u16_at(head, 0) == ZIP64_FIELD {
            for number in numbers {
                if *number == FULL {
                    let (value, after) = field
                        .split_first_chunk::<8>()
                        .ok_or(ZipError::Corrupt("zip64 field is cut off"))?;
                    *number = u64::from_le_bytes(*value);
                    field = after;
                }
            }
            return Ok(());
        }
        rest = next;
    }
    // A size of exactly 2^32 - 1 without the field is legal.
    Ok(())
}

/// The last record that may be the end: a comment may follow it, and nothing may follow that,
/// unless no candidate fits so well.
fn find_end(data: &dyn ReadAt) -> Result<u64, ZipError> {
    let size = data.size();
    let span = size.min(END_BYTES + COMMENT_BYTES_MAX);
    let start = size - span;
    let mut tail = vec![0; span as usize];
    read_exact_at(data, start, &mut tail)?;
    let candidates = || {
        tail.windows(END_BYTES as usize)
            .enumerate()
            .rev()
            .filter(|(_, record)| record.starts_with(&END_SIGNATURE))
    };
    let rest = |at: usize| tail.len() - at - END_BYTES as usize;
    let exact = candidates().find(|(at, record)| usize::from(u16_at(record, 20)) == rest(*at));
    let any = || candidates().find(|(at, record)| usize::from(u16_at(record, 20)) < rest(*at));
    exact
        .or_else(any)
        .map(|(at, _)| start + at as u64)
        .ok_or(ZipError::NotZip)
}

type End64 = [u8; END64_BYTES as usize];

/// The zip64 record, if a locator in front of the end record points at one.
fn find_end64(data: &dyn ReadAt, end_at: u64) -> Result<Option<(u64, End64)>, ZipError> {
    let Some(locator_at) = end_at.checked_sub(LOCATOR_BYTES) else {
        return Ok(None);
    };
    let locator: [u8; LOCATOR_BYTES as usize] = array_at(data, locator_at)?;
    if !locator.starts_with(&LOCATOR_SIGNATURE) {
        return Ok(None);
    }
    // With a prefix the offset is too small; the record is then right in front of the locator.
    let right_before = locator_at.saturating_sub(END64_BYTES);
    for at in [u64_at(&locator, 8), right_before] {
        if at
            .checked_add(END64_BYTES)
            .is_some_and(|end| end <= locator_at)
        {
            let record: End64 = array_at(data, at)?;
            if record.starts_with(&END64_SIGNATURE) {
                return Ok(Some((at, record)));
            }
        }
    }
    Err(ZipError::Corrupt("no zip64 record where one should be"))
}

fn array_at<const N: usize>(data: &dyn ReadAt, offset: u64) -> Result<[u8; N], ZipError> {
    let mut bytes = [0; N];
    read_exact_at(data, offset, &mut bytes)?;
    Ok(bytes)
}

/// Fills the buffer from an offset; an error if the data ends before.
pub(super) fn read_exact_at(
    data: &dyn ReadAt,
    offset: u64,
    buffer: &mut [u8],
) -> Result<(), ZipError> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match data.read_at(offset.saturating_add(filled as u64), rest)? {
            0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            count => filled += count,
        }
    }
    Ok(())
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>);
    u16::from_le_bytes(field.copied().unwrap_or_default())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
    u32::from_le_bytes(field.copied().unwrap_or_default())
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let field = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>);
    u64::from_le_bytes(field.copied().unwrap_or_default())
}

//! The layout of the file.
//!
//! ```text
//! 0    8   magic: 0x89 "PLIMDB" 0x0a
//! 8    4   format: of this file
//! 12   4   oldest reader: the lowest format number whose readers can read this file
//! 16   4   length of the header in bytes, checksum included
//! 20   4   number of sections
//! 24   8   length of the file in bytes
//! 32  64×n sections: id (4), zero (4), offset (8), length (8), XXH3-64 (8), SHA-256 (32)
//! …    8   XXH3-64 of the header so far
//! …        the sections, in this order, each from a multiple of 8 on, zeros between
//! ```
//!
//! All numbers are little-endian. The first sixteen bytes mean the same in every format for ever.
//!
//! | section | holds | read |
//! |---|---|---|
//! | meta | sources, snapshots, coverage, counts | at opening |
//! | support | which releases and packages are out of support | on demand |
//! | packages | fst: `scope \0 package` → offset in statements | looked up in |
//! | ids | fst: id in capitals → vulnerability number, or offset in lists | looked up in |
//! | lists | vulnerability numbers of the ids that name several | looked up in |
//! | statements | per package, who says what about which vulnerability ([`super::statements`]) | looked up in |
//! | directory | where each block of vulnerabilities is | at opening |
//! | dictionary | zstd dictionary (raw content) of the blocks; may be empty | on demand |
//! | blocks | the vulnerabilities themselves ([`super::vulnerabilities`]), zstd | on demand |
//!
//! What a scan reads for every package (keys, statements) is not compressed but compact, so that a
//! look-up takes less than a microsecond and no memory; what it reads for findings only (ids,
//! ratings, prose) is. Each list of statements and each block carries its own checksum, which is
//! checked whenever it is read; those of the statements are seeded with the key, so that an index
//! that leads to the wrong place is noticed too.

use aws_lc_rs::digest;
use xxhash_rust::xxh3::xxh3_64;

use super::DatabaseError;
use super::codec::{CodecError, Reader};

/// The format that this release writes.
pub const FORMAT: u32 = 1;
/// The oldest format that this release reads.
pub const FORMAT_MIN: u32 = 1;

pub const MAGIC: [u8; 8] = [0x89, b'P', b'L', b'I', b'M', b'D', b'B', 0x0a];

/// Bytes before the section table.
const FIXED_BYTES: usize = 32;
/// Bytes of one section's entry.
const ENTRY_BYTES: usize = 64;
/// Bytes of the checksum at the header's end.
const CHECKSUM_BYTES: usize = 8;
/// Sections start at multiples of this.
const ALIGN_BYTES: usize = 8;

/// The sections, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Meta,
    Support,
    Packages,
    Ids,
    Lists,
    Statements,
    Directory,
    Dictionary,
    Blocks,
}

impl Part {
    pub const ALL: [Self; 9] = [
        Self::Meta,
        Self::Support,
        Self::Packages,
        Self::Ids,
        Self::Lists,
        Self::Statements,
        Self::Directory,
        Self::Dictionary,
        Self::Blocks,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Support => "support",
            Self::Packages => "packages",
            Self::Ids => "ids",
            Self::Lists => "lists",
            Self::Statements => "statements",
            Self::Directory => "directory",
            Self::Dictionary => "dictionary",
            Self::Blocks => "blocks",
        }
    }
}

/// Where a section is, and what it should hash to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    pub offset: usize,
    pub len: usize,
    pub xxh3: u64,
    pub sha256: [u8; 32],
}

/// A header that holds together; says nothing about the content of sections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub format: u32,
    /// Length of the header in bytes.
    pub len: usize,
    sections: [Section; Part::ALL.len()],
}

impl Header {
    /// Reads and checks the header of a whole file.
    pub fn parse(file: &[u8]) -> Result<Self, DatabaseError> {
        if file.get(..MAGIC.len()) != Some(MAGIC.as_slice()) {
            return Err(DatabaseError::NotADatabase);
        }
        let damaged = |reason: &str| DatabaseError::damaged("the header", reason);
        let early = |error: CodecError| damaged(&error.to_string());
        let mut reader = Reader::new(file);
        reader.bytes(MAGIC.len()).map_err(early)?;
        let format = reader.u32_le().map_err(early)?;
        let oldest_reader = reader.u32_le().map_err(early)?;
        if oldest_reader > FORMAT {
            return Err(DatabaseError::Newer {
                format,
                readable: FORMAT,
            });
        }
        if format < FORMAT_MIN {
            return Err(DatabaseError::Older {
                format,
                readable: FORMAT_MIN,
            });
        }
        let len = reader.u32_le().map_err(early)? as usize;
        let count = reader.u32_le().map_err(early)? as usize;
        let file_len = reader.u64_le().map_err(early)?;
        if count != Part::ALL.len() || len != FIXED_BYTES + ENTRY_BYTES * count + CHECKSUM_BYTES {
            return Err(damaged("it lists other sections than its format has"));
        }
        let hashed = file.get(..len - CHECKSUM_BYTES);
        let stated = file.get(len - CHECKSUM_BYTES..len);
        match (hashed, stated) {
            (Some(hashed), Some(stated)) if xxh3_64(hashed).to_le_bytes() == *stated => {}
            (Some(_), Some(_)) => return Err(damaged("its checksum does not hold")),
            _ => return Err(damaged("it ends too early")),
        }
        if file.len() as u64 != file_len {
            return Err(DatabaseError::Length {
                expected: file_len,
                actual: file.len() as u64,
            });
        }
        let sections = read_table(&mut reader, len, file.len())?;
        Ok(Self {
            format,
            len,
            sections,
        })
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the table has an entry for each part"
    )]
    pub const fn section(&self, part: Part) -> Section {
        self.sections[part as usize]
    }
}

/// The section table: each section where the one before ends, nothing beyond the file.
fn read_table(
    reader: &mut Reader<'_>,
    header_len: usize,
    file_len: usize,
) -> Result<[Section; Part::ALL.len()], DatabaseError> {
    let mut sections = [Section {
        offset: 0,
        len: 0,
        xxh3: 0,
        sha256: [0; 32],
    }; Part::ALL.len()];
    let mut end = header_len;
    for (slot, part) in sections.iter_mut().zip(Part::ALL) {
        let damaged =
            |reason: &str| DatabaseError::damaged(format!("section {}", part.name()), reason);
        let early = |error: CodecError| damaged(&error.to_string());
        let id = reader.u32_le().map_err(early)?;
        let zero = reader.u32_le().map_err(early)?;
        let offset = reader.u64_le().map_err(early)?;
        let len = reader.u64_le().map_err(early)?;
        let xxh3 = reader.u64_le().map_err(early)?;
        let sha256 = reader.bytes(32).map_err(early)?;
        if id != part as u32 || zero != 0 {
            return Err(damaged("another one is in its place"));
        }
        let (Ok(offset), Ok(len)) = (usize::try_from(offset), usize::try_from(len)) else {
            return Err(damaged("it is larger than this machine can address"));
        };
        if offset != end.next_multiple_of(ALIGN_BYTES) {
            return Err(damaged("it does not start where the one before ends"));
        }
        end = offset
            .checked_add(len)
            .filter(|end| *end <= file_len)
            .ok_or_else(|| damaged("it reaches beyond the file"))?;
        slot.offset = offset;
        slot.len = len;
        slot.xxh3 = xxh3;
        slot.sha256.copy_from_slice(sha256);
    }
    if end.next_multiple_of(ALIGN_BYTES) != file_len {
        return Err(DatabaseError::damaged(
            "the header",
            "the file goes on after the last section",
        ));
    }
    Ok(sections)
}

/// Puts a file together from the contents of its sections, in the order of [`Part::ALL`].
pub fn assemble(contents: &[Vec<u8>; Part::ALL.len()]) -> Vec<u8> {
    let header_len = FIXED_BYTES + ENTRY_BYTES * contents.len() + CHECKSUM_BYTES;
    let mut offsets = Vec::with_capacity(contents.len());
    let mut end = header_len;
    for content in contents {
        offsets.push(end.next_multiple_of(ALIGN_BYTES));
        end = end.next_multiple_of(ALIGN_BYTES) + content.len();
    }
    let file_len = end.next_multiple_of(ALIGN_BYTES);

    let mut file = Vec::with_capacity(file_len);
    file.extend_from_slice(&MAGIC);
    file.extend_from_slice(&FORMAT.to_le_bytes());
    file.extend_from_slice(&FORMAT.to_le_bytes());
    file.extend_from_slice(&(header_len as u32).to_le_bytes());
    file.extend_from_slice(&(contents.len() as u32).to_le_bytes());
    file.extend_from_slice(&(file_len as u64).to_le_bytes());
    for ((part, content), offset) in Part::ALL.into_iter().zip(contents).zip(&offsets) {
        file.extend_from_slice(&(part as u32).to_le_bytes());
        file.extend_from_slice(&0_u32.to_le_bytes());
        file.extend_from_slice(&(*offset as u64).to_le_bytes());
        file.extend_from_slice(&(content.len() as u64).to_le_bytes());
        file.extend_from_slice(&xxh3_64(content).to_le_bytes());
        file.extend_from_slice(digest::digest(&digest::SHA256, content).as_ref());
    }
    let checksum = xxh3_64(&file);
    file.extend_from_slice(&checksum.to_le_bytes());
    for (content, offset) in contents.iter().zip(&offsets) {
        file.resize(*offset, 0);
        file.extend_from_slice(content);
    }
    file.resize(file_len, 0);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Vec<u8> {
        assemble(&std::array::from_fn(|index| vec![index as u8; index * 3]))
    }

    #[test]
    fn sections_are_found_again() {
        let file = small();
        let header = Header::parse(&file).unwrap();
        for (index, part) in Part::ALL.into_iter().enumerate() {
            let section = header.section(part);
            assert_eq!(
                &file[section.offset..section.offset + section.len],
                vec![index as u8; index * 3]
            );
        }
    }

    #[test]
    fn every_flip_of_a_header_bit_is_refused() {
        let file = small();
        let header_len = Header::parse(&file).unwrap().len;
        for position in 0..header_len {
            for bit in 0..8 {
                let mut damaged = file.clone();
                damaged[position] ^= 1 << bit;
                assert!(
                    Header::parse(&damaged).is_err(),
                    "byte {position} bit {bit}"
                );
            }
        }
    }

    #[test]
    fn every_shorter_file_is_refused() {
        let file = small();
        for len in 0..file.len() {
            assert!(Header::parse(&file[..len]).is_err(), "{len} bytes");
        }
        let mut longer = file;
        longer.push(0);
        assert!(Header::parse(&longer).is_err());
    }

    #[test]
    fn other_formats_are_told_apart_from_damage() {
        let mut newer = small();
        newer[8..12].copy_from_slice(&7_u32.to_le_bytes());
        newer[12..16].copy_from_slice(&6_u32.to_le_bytes());
        assert_eq!(
            Header::parse(&newer),
            Err(DatabaseError::Newer {
                format: 7,
                readable: FORMAT
            })
        );
        let mut older = small();
        older[8..16].fill(0);
        assert_eq!(
            Header::parse(&older),
            Err(DatabaseError::Older {
                format: 0,
                readable: FORMAT_MIN
            })
        );
    }
}

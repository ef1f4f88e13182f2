//! Sparse files: GNU's own header, and its three forms in pax headers (0.0, 0.1 and 1.0), as the
//! manual of GNU tar has them ("Storing Sparse Files").

use super::header::number;
use super::pax::decimal;
use crate::limits::SPARSE_PIECES_MAX;

/// A piece of data in a sparse file; everything else of the file is zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub offset: u64,
    pub len: u64,
}

/// The pieces of a sparse file in order, and the file's size with its holes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SparseMap {
    pub pieces: Vec<Piece>,
    pub size: u64,
}

impl SparseMap {
    /// Whether the pieces lie in order inside of the file, and are what was stored.
    pub fn fits(&self, stored_bytes: u64) -> bool {
        let mut end = 0;
        let mut data = 0_u64;
        for piece in &self.pieces {
            let Some(next) = piece.offset.checked_add(piece.len) else {
                return false;
            };
            if piece.offset < end || next > self.size {
                return false;
            }
            end = next;
            data += piece.len;
        }
        data == stored_bytes
    }

    /// Adds a piece. `None` if there are too many.
    pub fn push(&mut self, offset: u64, len: u64) -> Option<()> {
        if self.pieces.len() >= SPARSE_PIECES_MAX {
            return None;
        }
        self.pieces.push(Piece { offset, len });
        Some(())
    }

    /// Adds the pieces of a GNU header (4) or of one of the blocks that follow it (21).
    pub fn push_gnu(&mut self, fields: &[u8]) -> Option<()> {
        for field in fields.chunks_exact(24) {
            let (offset, len) = field.split_at_checked(12)?;
            if offset.first() == Some(&0) {
                break;
            }
            let unsigned = |field| number(field).and_then(|value| u64::try_from(value).ok());
            self.push(unsigned(offset)?, unsigned(len)?)?;
        }
        Some(())
    }
}

/// What pax records tell about a sparse file.
#[derive(Debug, Default)]
pub struct PaxSparse {
    /// Version 1.0: the map stands in front of the data.
    pub map_in_data: bool,
    /// The file's real name; the header has a made-up one.
    pub name: Vec<u8>,
    /// Size with holes.
    pub size: Option<u64>,
    pub map: SparseMap,
    /// Half of a pair in version 0.0.
    offset: Option<u64>,
    major: Option<u64>,
}

impl PaxSparse {
    /// Whether there was any such record.
    pub fn is_sparse(&self) -> bool {
        self.size.is_some()
    }

    pub fn clear(&mut self) {
        self.map_in_data = false;
        self.name.clear();
        self.size = None;
        self.map.pieces.clear();
        self.offset = None;
        self.major = None;
    }

    /// A record `GNU.sparse.<field>`. `None` if it is malformed.
    pub fn record(&mut self, field: &[u8], value: &[u8]) -> Option<()> {
        match field {
            b"major" => self.major = Some(decimal(value)?),
            b"minor" => {
                if self.major != Some(1) || decimal(value)? != 0 {
                    return None;
                }
                self.map_in_data = true;
            }
            b"name" => value.clone_into(&mut self.name),
            b"size" | b"realsize" => self.size = Some(decimal(value)?),
            b"offset" => self.offset = Some(decimal(value)?),
            b"numbytes" => {
                let offset = self.offset.take()?;
                self.map.push(offset, decimal(value)?)?;
            }
            b"map" => {
                let mut numbers = value.split(|byte| *byte == b',').map(decimal);
                while let Some(offset) = numbers.next() {
                    self.map.push(offset?, numbers.next()??)?;
                }
            }
            _ => {}
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_that_lie_do_not_fit() {
        let map = |pieces: &[(u64, u64)], size| SparseMap {
            pieces: pieces
                .iter()
                .map(|&(offset, len)| Piece { offset, len })
                .collect(),
            size,
        };
        assert!(map(&[(0, 5), (10, 5)], 20).fits(10));
        assert!(map(&[], 20).fits(0));
        assert!(!map(&[(0, 5), (4, 5)], 20).fits(10), "overlap");
        assert!(!map(&[(10, 5), (0, 5)], 20).fits(10), "order");
        assert!(!map(&[(16, 5)], 20).fits(5), "past the end");
        assert!(!map(&[(0, 5)], 20).fits(6), "more stored");
        assert!(!map(&[(u64::MAX, 5)], 20).fits(5), "overflow");
    }
}

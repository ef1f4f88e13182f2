//! Reading here and there in a database file that may lie about itself.

use std::borrow::Cow;

use plimsoll_image::ReadAt;

use crate::CatalogError;

/// Largest database file that is read, in bytes. A workstation's has about 300 MiB.
pub(crate) const DATABASE_BYTES_MAX: u64 = 1 << 30;

/// Largest package header that is read, in bytes. Those with 100,000 files have about 10 MiB.
pub(crate) const BLOB_BYTES_MAX: usize = 32 << 20;

/// A database file, read in pieces.
pub(crate) struct Pages<'a> {
    data: &'a dyn ReadAt,
    size: u64,
}

impl<'a> Pages<'a> {
    /// An error for what is too large to be a package database.
    pub(crate) fn new(data: &'a dyn ReadAt) -> Result<Self, CatalogError> {
        let size = data.size();
        if size > DATABASE_BYTES_MAX {
            return Err(CatalogError::new(format!(
                "package database of {size} bytes is larger than the limit of \
                 {DATABASE_BYTES_MAX} bytes"
            )));
        }
        Ok(Self { data, size })
    }

    /// Size of the file in bytes.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// `len` bytes from `offset`; an error if they reach past the end. `len` is at most
    /// [`BLOB_BYTES_MAX`], which callers see to.
    pub(crate) fn read(&self, offset: u64, len: usize) -> Result<Cow<'a, [u8]>, CatalogError> {
        let past_end = || {
            CatalogError::new(format!(
                "package database ends before the {len} bytes at offset {offset}"
            ))
        };
        let end = offset.checked_add(len as u64).ok_or_else(past_end)?;
        if end > self.size || len > BLOB_BYTES_MAX {
            return Err(past_end());
        }
        if let Some(slice) = self.data.as_slice() {
            let piece = slice.get(offset as usize..end as usize);
            return piece.map(Cow::Borrowed).ok_or_else(past_end);
        }
        let mut bytes = vec![0; len];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.data.read_at(offset + filled as u64, rest) {
                Ok(0) => return Err(past_end()),
                Ok(count) => filled += count,
                Err(error) => return Err(CatalogError::new(format!("read: {error}"))),
            }
        }
        Ok(Cow::Owned(bytes))
    }
}

/// Which pages were seen, so that none is read twice.
pub(crate) struct Seen {
    bits: Vec<u64>,
    count: u32,
}

impl Seen {
    /// For pages 0 to `count - 1`.
    pub(crate) fn new(count: u32) -> Self {
        Self {
            bits: vec![0; count as usize / 64 + 1],
            count,
        }
    }

    /// Marks a page; an error if it is not in the file or was seen before.
    pub(crate) fn enter(&mut self, page: u32) -> Result<(), CatalogError> {
        let word = (page < self.count).then(|| self.bits.get_mut(page as usize / 64));
        let Some(word) = word.flatten() else {
            return Err(CatalogError::new(format!(
                "package database points at page {page} of {}",
                self.count
            )));
        };
        let bit = 1 << (page % 64);
        if *word & bit != 0 {
            return Err(CatalogError::new(format!(
                "package database leads to page {page} more than once"
            )));
        }
        *word |= bit;
        Ok(())
    }
}

/// Byte order of a number on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Big,
    Little,
}

impl Order {
    /// Two bytes at `at`, if they are there.
    pub(crate) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let raw = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Big => u16::from_be_bytes(raw),
            Self::Little => u16::from_le_bytes(raw),
        })
    }

    /// Four bytes at `at`, if they are there.
    pub(crate) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let raw = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Big => u32::from_be_bytes(raw),
            Self::Little => u32::from_le_bytes(raw),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_past_the_end_is_read() {
        let data = vec![1, 2, 3, 4];
        let pages = Pages::new(&data).unwrap();
        assert_eq!(pages.read(1, 3).unwrap().as_ref(), [2, 3, 4]);
        assert!(pages.read(1, 4).is_err());
        assert!(pages.read(u64::MAX, 1).is_err());
        assert!(pages.read(0, BLOB_BYTES_MAX + 1).is_err());
    }

    #[test]
    fn no_page_is_entered_twice() {
        let mut seen = Seen::new(65);
        assert!(seen.enter(0).is_ok());
        assert!(seen.enter(64).is_ok());
        assert!(seen.enter(0).is_err());
        assert!(seen.enter(65).is_err());
    }

    #[test]
    fn numbers_in_both_orders() {
        assert_eq!(Order::Big.u16(&[0, 1, 2], 1), Some(0x0102));
        assert_eq!(Order::Little.u32(&[1, 2, 3, 4], 0), Some(0x0403_0201));
        assert_eq!(Order::Little.u32(&[1, 2, 3, 4], 1), None);
        assert_eq!(Order::Little.u32(&[1], usize::MAX), None);
    }
}

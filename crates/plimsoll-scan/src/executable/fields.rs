//! Integers at fixed places of a header, in either byte order.

/// A header's bytes with the byte order they are written in.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    pub bytes: &'a [u8],
    pub big_endian: bool,
}

impl<'a> Fields<'a> {
    pub fn little(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            big_endian: false,
        }
    }

    pub fn big(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            big_endian: true,
        }
    }

    pub fn u16(&self, at: usize) -> Option<u16> {
        let field = self.array(at)?;
        Some(if self.big_endian {
            u16::from_be_bytes(field)
        } else {
            u16::from_le_bytes(field)
        })
    }

    pub fn u32(&self, at: usize) -> Option<u32> {
        let field = self.array(at)?;
        Some(if self.big_endian {
            u32::from_be_bytes(field)
        } else {
            u32::from_le_bytes(field)
        })
    }

    pub fn u64(&self, at: usize) -> Option<u64> {
        let field = self.array(at)?;
        Some(if self.big_endian {
            u64::from_be_bytes(field)
        } else {
            u64::from_le_bytes(field)
        })
    }

    /// An address or offset: 8 bytes at one place in 64-bit formats, 4 at another in 32-bit ones.
    pub fn word(&self, wide: bool, at_64: usize, at_32: usize) -> Option<u64> {
        if wide {
            self.u64(at_64)
        } else {
            self.u32(at_32).map(u64::from)
        }
    }

    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.bytes
            .get(at..at.checked_add(N)?)
            .and_then(|field| field.try_into().ok())
    }
}

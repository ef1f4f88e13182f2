//! Variable-length integers and bounded reading: the alphabet of the database's own encodings.
//!
//! Integers are LEB128: seven bits a byte, lowest first. Reading never runs past its slice and
//! never panics; every failure is [`CodecError`].

use plimsoll_model::Date;

/// Most bytes of a variable-length 64-bit integer.
const VARINT_BYTES_MAX: usize = 10;

/// Bytes that do not hold what is read from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error("it ends too early")]
    End,
    #[error("a number is too large")]
    Number,
    #[error("a text is not UTF-8")]
    Text,
    #[error("an index points at nothing")]
    Index,
    #[error("a code has no meaning")]
    Code,
    #[error("bytes are left over")]
    Rest,
}

pub fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn write_text(out: &mut Vec<u8>, text: &str) {
    write_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// A day as one small number: year, month, day from the top. Years before 0 become 0.
pub fn pack_date(date: Date) -> u64 {
    let year = u64::try_from(date.year()).unwrap_or(0);
    let month = u64::try_from(date.month()).unwrap_or(1);
    let day = u64::try_from(date.day()).unwrap_or(1);
    (year << 9) | (month << 5) | day
}

pub fn unpack_date(packed: u64) -> Result<Date, CodecError> {
    let year = i16::try_from(packed >> 9).map_err(|_| CodecError::Number)?;
    let month = ((packed >> 5) & 0x0f) as i8;
    let day = (packed & 0x1f) as i8;
    Date::new(year, month, day).map_err(|_| CodecError::Code)
}

/// Reads from a slice, front to back.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    pub fn u8(&mut self) -> Result<u8, CodecError> {
        let (first, rest) = self.rest.split_first().ok_or(CodecError::End)?;
        self.rest = rest;
        Ok(*first)
    }

    #[inline]
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(CodecError::End)?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn u32_le(&mut self) -> Result<u32, CodecError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CodecError::End)?;
        self.rest = rest;
        Ok(u32::from_le_bytes(*taken))
    }

    pub fn u64_le(&mut self) -> Result<u64, CodecError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CodecError::End)?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*taken))
    }

    #[inline]
    pub fn varint(&mut self) -> Result<u64, CodecError> {
        let first = self.u8()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut value = u64::from(first & 0x7f);
        for position in 1..VARINT_BYTES_MAX {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if position == VARINT_BYTES_MAX - 1 && byte > 1 {
                return Err(CodecError::Number);
            }
            value |= bits << (7 * position);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(CodecError::Number)
    }

    #[inline]
    pub fn varint_u32(&mut self) -> Result<u32, CodecError> {
        u32::try_from(self.varint()?).map_err(|_| CodecError::Number)
    }

    /// The number of things that follow, each at least one byte long.
    #[inline]
    pub fn count(&mut self) -> Result<usize, CodecError> {
        let count = usize::try_from(self.varint()?).map_err(|_| CodecError::Number)?;
        if count > self.rest.len() {
            return Err(CodecError::End);
        }
        Ok(count)
    }

    #[inline]
    pub fn text(&mut self) -> Result<&'a str, CodecError> {
        let len = usize::try_from(self.varint()?).map_err(|_| CodecError::Number)?;
        std::str::from_utf8(self.bytes(len)?).map_err(|_| CodecError::Text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_survive_a_round_trip(value: u64) {
            let mut bytes = Vec::new();
            write_varint(&mut bytes, value);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.varint(), Ok(value));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn days_survive_a_round_trip(year in 0_i16..=9999, month in 1_i8..=12, day in 1_i8..=28) {
            let date = Date::new(year, month, day).unwrap();
            prop_assert_eq!(unpack_date(pack_date(date)), Ok(date));
        }
    }

    #[test]
    fn numbers_that_are_too_long_are_refused() {
        let mut reader = Reader::new(&[0xff; 11]);
        assert_eq!(reader.varint(), Err(CodecError::Number));
        assert_eq!(Reader::new(&[0x80]).varint(), Err(CodecError::End));
    }

    #[test]
    fn counts_cannot_promise_more_than_is_there() {
        assert_eq!(Reader::new(&[200, 1, 0]).count(), Err(CodecError::End));
    }
}

//! Reads the little DER that keys and certificates take to be told apart.
//!
//! One element after the other, definite lengths only (X.690), never past the end. It builds no
//! tree and knows no types: whoever calls says which element has to come next.

/// `INTEGER`
pub const INTEGER: u8 = 0x02;
/// `BIT STRING`
pub const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`
pub const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// `SEQUENCE`, constructed
pub const SEQUENCE: u8 = 0x30;
/// Explicit tag 0, constructed
pub const CONTEXT_0: u8 = 0xa0;

/// The elements of some bytes, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    /// With tag and length.
    pub whole: &'a [u8],
}

impl<'a> Reader<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag of what comes next.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, whatever it is.
    pub fn next(&mut self) -> Option<Element<'a>> {
        let (&tag, rest) = self.rest.split_first()?;
        if tag & 0x1f == 0x1f {
            // A tag of several bytes occurs nowhere in what is read here.
            return None;
        }
        let (&first, mut rest) = rest.split_first()?;
        let length = if first < 0x80 {
            usize::from(first)
        } else {
            let count = usize::from(first & 0x7f);
            if !(1..=4).contains(&count) {
                return None;
            }
            let (bytes, behind) = rest.split_at_checked(count)?;
            rest = behind;
            let length = bytes
                .iter()
                .fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
            // DER has one spelling for each length.
            if length < 0x80 || bytes.first() == Some(&0) {
                return None;
            }
            length
        };
        let (content, behind) = rest.split_at_checked(length)?;
        let whole = self.rest.get(..self.rest.len() - behind.len())?;
        self.rest = behind;
        Some(Element {
            tag,
            content,
            whole,
        })
    }

    /// The content of the next element, which has to have that tag.
    pub fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next()
            .filter(|element| element.tag == tag)
            .map(|element| element.content)
    }

    /// The elements of the next element, a `SEQUENCE`.
    pub fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Self::new)
    }

    /// The next element, a small `INTEGER` that is not negative.
    pub fn small(&mut self) -> Option<u64> {
        let bytes = self.take(INTEGER)?;
        if bytes.is_empty() || bytes.len() > 8 || bytes.first().is_some_and(|byte| *byte > 0x7f) {
            return None;
        }
        Some(
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_elements_and_nothing_past_them() {
        let mut reader = Reader::new(&[0x30, 0x03, 0x02, 0x01, 0x05, 0x04, 0x00]);
        assert_eq!(reader.sequence().unwrap().small(), Some(5));
        assert_eq!(reader.take(OCTET_STRING), Some(&[][..]));
        assert!(reader.is_empty());
        for bytes in [
            &[0x30][..],
            &[0x30, 0x05, 0x00],
            &[0x30, 0x80, 0x00, 0x00],
            // A length that would fit into one byte, and one with a leading zero.
            &[0x04, 0x81, 0x01, 0x00],
            &[0x04, 0x82, 0x00, 0x80],
            &[0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00],
            &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x1f, 0x01, 0x00],
        ] {
            assert!(Reader::new(bytes).next().is_none(), "{bytes:x?}");
        }
        assert_eq!(Reader::new(&[2, 1, 0x80]).small(), None);
        assert_eq!(Reader::new(&[2, 0]).small(), None);
    }
}

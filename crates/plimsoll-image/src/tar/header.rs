//! One header block: POSIX.1-1988 (ustar), GNU's variant of it, and what came before both.

/// Size of every block, in bytes.
pub const BLOCK_BYTES: usize = 512;

pub type Block = [u8; BLOCK_BYTES];

/// Numbers and names of a header block.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    block: &'a Block,
}

/// What is in the prefix part of the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Old,
    Posix,
    Gnu,
}

impl<'a> Header<'a> {
    /// Wraps a block whose checksum is right.
    pub fn parse(block: &'a Block) -> Option<Self> {
        let stored = octal(block.get(148..156)?)?;
        let field = 148..156;
        let (mut unsigned, mut signed) = (0_u64, 0_i64);
        for (at, byte) in block.iter().enumerate() {
            let byte = if field.contains(&at) { b' ' } else { *byte };
            unsigned += u64::from(byte);
            // Some old systems summed signed characters.
            signed += i64::from(byte as i8);
        }
        let right = stored == unsigned || i64::try_from(stored).ok() == Some(signed);
        right.then_some(Self { block })
    }

    /// Whether a block could be a header: for telling a tar from other files.
    pub fn is_header(block: &'a Block) -> bool {
        Self::parse(block).is_some()
    }

    fn field(self, start: usize, len: usize) -> &'a [u8] {
        self.block.get(start..start + len).unwrap_or_default()
    }

    fn text(self, start: usize, len: usize) -> &'a [u8] {
        let field = self.field(start, len);
        let end = field.iter().position(|byte| *byte == 0);
        field.get(..end.unwrap_or(len)).unwrap_or_default()
    }

    fn flavour(self) -> Flavour {
        match self.field(257, 8) {
            b"ustar  \0" => Flavour::Gnu,
            magic if magic.starts_with(b"ustar\0") => Flavour::Posix,
            _ => Flavour::Old,
        }
    }

    /// The two parts of the name: the prefix (mostly empty) and the rest.
    pub fn name(self) -> (&'a [u8], &'a [u8]) {
        let prefix = match self.flavour() {
            Flavour::Posix => self.text(345, 155),
            Flavour::Gnu | Flavour::Old => &[],
        };
        (prefix, self.text(0, 100))
    }

    pub fn link(self) -> &'a [u8] {
        self.text(157, 100)
    }

    pub fn kind(self) -> u8 {
        self.block.get(156).copied().unwrap_or_default()
    }

    /// Permission bits; what does not parse counts as none.
    pub fn mode(self) -> u32 {
        number(self.field(100, 8)).unwrap_or(0) as u32 & 0o7777
    }

    pub fn uid(self) -> u32 {
        number(self.field(108, 8)).unwrap_or(0) as u32
    }

    pub fn gid(self) -> u32 {
        number(self.field(116, 8)).unwrap_or(0) as u32
    }

    /// `None`: negative or not a number.
    pub fn size(self) -> Option<u64> {
        u64::try_from(number(self.field(124, 12))?).ok()
    }

    pub fn mtime(self) -> i64 {
        number(self.field(136, 12)).unwrap_or(0)
    }

    /// GNU's sparse file: the first pieces, and the real size.
    pub fn sparse(self) -> (&'a [u8], bool, Option<u64>) {
        let extended = self.field(482, 1).first().is_some_and(|byte| *byte != 0);
        let size = number(self.field(483, 12)).and_then(|size| u64::try_from(size).ok());
        (self.field(386, 96), extended, size)
    }
}

/// A number in octal digits, or in GNU's base 256 for what does not fit. Empty is 0.
pub fn number(field: &[u8]) -> Option<i64> {
    match field {
        [first @ (0x80 | 0xff), rest @ ..] => {
            // Two's complement, big-endian, seven bits of the first byte.
            let mut value = if *first == 0xff { -1_i64 } else { 0 };
            for byte in rest {
                value = value.checked_mul(256)?.checked_add(i64::from(*byte))?;
            }
            Some(value)
        }
        [first, ..] if *first >= 0x80 => None,
        field => i64::try_from(octal(field)?).ok(),
    }
}

/// Octal digits between spaces and NULs.
fn octal(field: &[u8]) -> Option<u64> {
    let blank = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !blank(byte));
    let Some(digits) = start.and_then(|start| field.get(start..)) else {
        return Some(0);
    };
    let end = digits.iter().position(blank).unwrap_or(digits.len());
    digits.get(..end)?.iter().try_fold(0_u64, |sum, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 8)?;
        sum.checked_mul(8)?.checked_add(u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_spellings() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"  644 \0\0"), Some(0o644));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(b"777777777777"), Some(0o777_777_777_777));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\x02\0\0\0"), Some(2 << 24));
        assert_eq!(
            number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"),
            Some(-2)
        );
        assert_eq!(
            number(b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
            None
        );
        assert_eq!(number(b"0000648\0"), None);
        assert_eq!(number(b"-1"), None);
    }
}

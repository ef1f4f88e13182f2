//! Content digests as OCI spells them: `sha256:` and 64 lower-case hexadecimal digits.

use std::fmt;
use std::str::FromStr;

/// Number of hexadecimal digits in a SHA-256 digest.
const SHA256_HEX_LEN: usize = 64;

/// A SHA-256 digest of some content. Ordered by its spelling.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// A digest that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Another algorithm than SHA-256.
    #[error("parse digest `{0}`: only sha256 is supported")]
    Algorithm(String),
    /// Not 64 lower-case hexadecimal digits.
    #[error("parse digest `{0}`: expected 64 lower-case hexadecimal digits")]
    Hex(String),
}

impl Digest {
    /// Wraps the 32 bytes of a finished SHA-256 computation.
    pub const fn from_sha256(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The raw 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 hexadecimal digits without the algorithm.
    pub fn hex(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut out = String::with_capacity(SHA256_HEX_LEN);
        for byte in self.0 {
            for nibble in [byte >> 4, byte & 0x0f] {
                out.push(
                    DIGITS
                        .get(usize::from(nibble))
                        .map_or('0', |d| char::from(*d)),
                );
            }
        }
        out
    }

    /// The first 12 hexadecimal digits, for people.
    pub fn short(&self) -> String {
        let mut hex = self.hex();
        hex.truncate(12);
        hex
    }

    /// Parses 64 hexadecimal digits without the `sha256:` in front.
    pub fn from_hex(hex: &str) -> Result<Self, DigestError> {
        let wrong = || DigestError::Hex(hex.to_owned());
        if hex.len() != SHA256_HEX_LEN {
            return Err(wrong());
        }
        let mut bytes = [0_u8; 32];
        for (pair, byte) in hex.as_bytes().chunks_exact(2).zip(bytes.iter_mut()) {
            for digit in pair {
                let value = match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'a'..=b'f' => digit - b'a' + 10,
                    _ => return Err(wrong()),
                };
                *byte = (*byte << 4) | value;
            }
        }
        Ok(Self(bytes))
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("sha256", hex)) => Self::from_hex(hex),
            _ => Err(DigestError::Algorithm(text.to_owned())),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_survives_a_round_trip() {
        let text = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(
            text.parse::<Digest>().map(|d| d.to_string()),
            Ok(text.to_owned())
        );
    }

    #[test]
    fn other_spellings_are_refused() {
        let upper = format!("sha256:{}", "A".repeat(64));
        for text in ["", "sha256:", "sha512:00", "sha256:zz", upper.as_str()] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }
}

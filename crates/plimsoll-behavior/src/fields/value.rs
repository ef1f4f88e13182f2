//! What a field is worth at one event.

use std::fmt::Write as _;
use std::net::IpAddr;

/// A value, borrowed from the event, the state or the buffer that it was put together in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'v> {
    /// Not known, or the event has no such thing: every comparison with it is false.
    Absent,
    /// Names and paths: any bytes but NUL.
    Text(&'v [u8]),
    Bytes(&'v [u8]),
    Signed(i64),
    /// Numbers without sign, ports, and times in nanoseconds.
    Unsigned(u64),
    Bool(bool),
    Address(IpAddr),
    /// Several texts, each ended by NUL.
    List(&'v [u8]),
}

impl<'v> Value<'v> {
    /// A text, absent when it is empty.
    pub const fn filled(text: &'v [u8]) -> Self {
        if text.is_empty() {
            Self::Absent
        } else {
            Self::Text(text)
        }
    }

    /// A text where there is one.
    pub fn text(text: Option<&'v [u8]>) -> Self {
        text.map_or(Self::Absent, Self::Text)
    }

    pub fn unsigned<N: Into<u64>>(number: Option<N>) -> Self {
        number.map_or(Self::Absent, |number| Self::Unsigned(number.into()))
    }

    pub fn signed(number: Option<i64>) -> Self {
        number.map_or(Self::Absent, Self::Signed)
    }

    pub fn bool(flag: Option<bool>) -> Self {
        flag.map_or(Self::Absent, Self::Bool)
    }

    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// As a number, where it is one.
    pub fn number(&self) -> Option<i128> {
        match *self {
            Self::Signed(number) => Some(number.into()),
            Self::Unsigned(number) => Some(number.into()),
            Self::Bool(flag) => Some(flag.into()),
            _ => None,
        }
    }

    /// The texts of a list; a single text is a list of one.
    pub fn items(&self) -> impl Iterator<Item = &'v [u8]> + use<'v> {
        let (whole, single) = match *self {
            Self::List(bytes) => (bytes, None),
            Self::Text(text) | Self::Bytes(text) => (&b""[..], Some(text)),
            _ => (&b""[..], None),
        };
        let many = whole.strip_suffix(b"\0").unwrap_or(whole);
        let none = whole.is_empty();
        single
            .into_iter()
            .chain(
                many.split(|byte| *byte == 0)
                    .take(if none { 0 } else { usize::MAX }),
            )
    }

    /// Writes it as alerts show it, control characters not yet cleaned; nothing when it is absent.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut text = String::new();
        let written = match *self {
            Self::Absent => Ok(()),
            Self::Text(bytes) | Self::Bytes(bytes) => {
                out.extend_from_slice(bytes);
                Ok(())
            }
            Self::Signed(number) => write!(text, "{number}"),
            Self::Unsigned(number) => write!(text, "{number}"),
            Self::Bool(flag) => write!(text, "{flag}"),
            Self::Address(address) => write!(text, "{address}"),
            Self::List(_) => {
                out.push(b'(');
                for (index, item) in self.items().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(item);
                }
                out.push(b')');
                Ok(())
            }
        };
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        out.extend_from_slice(text.as_bytes());
    }
}

/// Appends a decimal number.
pub fn push_number(out: &mut Vec<u8>, number: i128) {
    out.extend_from_slice(number.to_string().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_taken_apart_and_written() {
        let list = Value::List(b"a\0\0b\0");
        assert_eq!(list.items().collect::<Vec<_>>(), [&b"a"[..], b"", b"b"]);
        assert_eq!(Value::List(b"").items().count(), 0);
        assert_eq!(Value::Text(b"x").items().collect::<Vec<_>>(), [b"x"]);
        let mut out = Vec::new();
        list.write(&mut out);
        Value::Signed(-1).write(&mut out);
        Value::Bool(true).write(&mut out);
        Value::Absent.write(&mut out);
        assert_eq!(out, b"(a,,b)-1true");
    }
}

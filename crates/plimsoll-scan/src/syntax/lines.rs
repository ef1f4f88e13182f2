//! Text as numbered lines.
//!
//! Windows tools write some lockfiles in UTF-16 (`pip freeze > requirements.txt` in a PowerShell):
//! those with a byte order mark are decoded.

use std::borrow::Cow;

use super::without_bom;

/// The text of a file: UTF-16 by its byte order mark, else UTF-8, bytes that are neither as
/// U+FFFD.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let units = |unit: fn([u8; 2]) -> u16| {
        let words = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        let words = words.filter_map(|pair| pair.try_into().ok().map(unit));
        char::decode_utf16(words)
            .map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => Cow::Owned(units(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => Cow::Owned(units(u16::from_be_bytes)),
        _ => String::from_utf8_lossy(without_bom(bytes)),
    }
}

/// Each line with its 1-based number, without its line break.
pub fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_marks_are_understood() {
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain("a==1\r\né".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(decode(&utf16), "a==1\r\né");
        assert_eq!(decode(b"\xef\xbb\xbfx"), "x");
        assert_eq!(decode(b"\xff\xfe\0"), "");
        assert_eq!(decode(b"a\xffb"), "a\u{fffd}b");
    }

    #[test]
    fn lines_are_numbered_from_one() {
        let lines: Vec<_> = numbered("a\r\n\nb").collect();
        assert_eq!(lines, [(1, "a"), (2, ""), (3, "b")]);
    }
}

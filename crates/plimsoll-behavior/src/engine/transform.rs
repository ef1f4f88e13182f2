//! Transformers: what may be done to values before they are compared.

use super::source::Map;
use crate::fields::Value;

/// What a transformer left in its buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    Absent,
    Text,
    Bytes,
    List,
    Number(u64),
}

impl Mapped {
    pub const fn value(self, out: &[u8]) -> Value<'_> {
        match self {
            Self::Absent => Value::Absent,
            Self::Text => Value::Text(out),
            Self::Bytes => Value::Bytes(out),
            Self::List => Value::List(out),
            Self::Number(number) => Value::Unsigned(number),
        }
    }
}

/// Changes a value, or each one of a list; the result is in `out`.
pub fn map(map: Map, value: &Value<'_>, out: &mut Vec<u8>) -> Mapped {
    match *value {
        Value::List(_) if map == Map::Len => Mapped::Number(value.items().count() as u64),
        Value::List(_) => {
            for item in value.items() {
                if !change(map, item, out) {
                    return Mapped::Absent;
                }
                out.push(0);
            }
            Mapped::List
        }
        Value::Text(text) | Value::Bytes(text) if map == Map::Len => {
            Mapped::Number(text.len() as u64)
        }
        Value::Text(text) if change(map, text, out) => Mapped::Text,
        Value::Bytes(text) if change(map, text, out) => Mapped::Bytes,
        _ => Mapped::Absent,
    }
}

fn change(map: Map, text: &[u8], out: &mut Vec<u8>) -> bool {
    match map {
        Map::Lower => out.extend(text.iter().map(u8::to_ascii_lowercase)),
        Map::Upper => out.extend(text.iter().map(u8::to_ascii_uppercase)),
        Map::BaseName => {
            let behind = text
                .iter()
                .rposition(|byte| *byte == b'/')
                .map_or(0, |at| at + 1);
            out.extend_from_slice(text.get(behind..).unwrap_or_default());
        }
        Map::FromBase64 => return from_base64(text, out),
        Map::Len => return false,
    }
    true
}

/// Decodes; padding may be missing. Nothing where it is not base64.
fn from_base64(text: &[u8], out: &mut Vec<u8>) -> bool {
    let text = text.strip_suffix(b"=").unwrap_or(text);
    let text = text.strip_suffix(b"=").unwrap_or(text);
    let mut held = 0_u32;
    let mut bits = 0;
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return false,
        };
        held = held << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    bits != 6
}

/// A list's values with a separator between them.
pub fn join(separator: &Value<'_>, list: &Value<'_>, out: &mut Vec<u8>) -> bool {
    let (Value::Text(separator), false) = (*separator, list.is_absent()) else {
        return false;
    };
    for (index, item) in list.items().enumerate() {
        if index > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(item);
    }
    true
}

/// Options of a command line as getopt(3) finds them: each letter and, behind it, its value; or,
/// with `pick`, the last value of that option alone. Long options are passed over; an unknown letter
/// is `?`; an option whose value is missing is an empty text.
pub fn getopt(args: &Value<'_>, letters: &Value<'_>, pick: Option<u8>, out: &mut Vec<u8>) -> bool {
    let (Value::Text(letters), false) = (*letters, args.is_absent()) else {
        return false;
    };
    let takes_value = |letter: u8| -> Option<bool> {
        let at = letters
            .iter()
            .position(|known| *known == letter && letter != b':')?;
        Some(letters.get(at + 1) == Some(&b':'))
    };
    let mut found = pick.is_none();
    let mut emit = |letter: u8, parts: &[&[u8]]| match pick {
        None => parts.iter().for_each(|part| {
            out.extend_from_slice(part);
            out.push(0);
        }),
        Some(picked) if picked == letter => {
            out.clear();
            out.extend_from_slice(parts.last().copied().unwrap_or_default());
            found = true;
        }
        Some(_) => {}
    };
    let mut args = args.items();
    while let Some(arg) = args.next() {
        let cluster = match arg {
            b"--" => break,
            [b'-', b'-', ..] => continue,
            [b'-', cluster @ ..] if !cluster.is_empty() => cluster,
            _ => break,
        };
        for (index, letter) in cluster.iter().enumerate() {
            let name = std::slice::from_ref(letter);
            match takes_value(*letter) {
                None if pick.is_none() => emit(*letter, &[b"?"]),
                None => {}
                Some(false) => emit(*letter, &[name]),
                Some(true) => {
                    let rest = cluster.get(index + 1..).unwrap_or_default();
                    let value = if rest.is_empty() {
                        args.next()
                    } else {
                        Some(rest)
                    };
                    match value {
                        Some(value) => emit(*letter, &[name, value]),
                        None => emit(*letter, &[b""]),
                    }
                    break;
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(what: Map, text: &str) -> String {
        let mut out = Vec::new();
        let mapped = map(what, &Value::Text(text.as_bytes()), &mut out);
        let mut shown = Vec::new();
        mapped.value(&out).write(&mut shown);
        String::from_utf8(shown).unwrap()
    }

    #[test]
    fn texts_are_changed() {
        assert_eq!(mapped(Map::Lower, "AbC"), "abc");
        assert_eq!(mapped(Map::Upper, "AbC"), "ABC");
        assert_eq!(mapped(Map::BaseName, "/usr/bin/cat"), "cat");
        assert_eq!(mapped(Map::BaseName, "/usr/bin/"), "");
        assert_eq!(mapped(Map::BaseName, "cat"), "cat");
        assert_eq!(mapped(Map::Len, "cat"), "3");
        assert_eq!(mapped(Map::FromBase64, "Zm9vYmFy"), "foobar");
        assert_eq!(mapped(Map::FromBase64, "Zm9vYg=="), "foob");
        assert_eq!(mapped(Map::FromBase64, "Zm9vYg"), "foob");
        assert_eq!(mapped(Map::FromBase64, "Zm9v!"), "");
    }

    #[test]
    fn options_are_found() {
        let all = |args: &[u8], letters: &[u8], pick| {
            let mut out = Vec::new();
            let found = getopt(&Value::List(args), &Value::Text(letters), pick, &mut out);
            found.then(|| String::from_utf8(out).unwrap().replace('\0', " "))
        };
        assert_eq!(all(b"-n\0-t\0v\0", b"nt:", None).unwrap(), "n t v ");
        assert_eq!(all(b"-ntv\0", b"nt:", None).unwrap(), "n t v ");
        assert_eq!(all(b"-x\0", b"n", None).unwrap(), "? ");
        assert_eq!(all(b"-t\0", b"t:", None).unwrap(), " ");
        assert_eq!(all(b"--exec\0-n\0file\0-t\0", b"nt", None).unwrap(), "n ");
        assert_eq!(all(b"-n\0--\0-t\0", b"nt", None).unwrap(), "n ");
        assert_eq!(all(b"-t\0a\0-tb\0", b"t:", Some(b't')).unwrap(), "b");
        assert_eq!(all(b"-n\0", b"nt:", Some(b't')), None);
    }
}

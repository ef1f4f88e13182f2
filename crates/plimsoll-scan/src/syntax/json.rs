//! A pull reader for JSON, and for JSON with comments and trailing commas.
//!
//! The caller walks the document by callbacks and takes strings where it wants them; the rest is
//! stepped over without being kept. Numbers and literals are checked loosely. Of a key that
//! occurs twice both values are handed over, in order, so that a later one wins as it does in
//! JavaScript. Grammar: RFC 8259; the lenient form is what `bun.lock` is written in.

use std::borrow::Cow;

use super::{DEPTH_MAX, LineCounter, error_at, without_bom};
use crate::CatalogError;

/// What the next value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    String,
    /// A number, `true`, `false` or `null`.
    Literal,
}

/// Reads one document from start to end.
#[derive(Debug)]
pub struct JsonReader<'a> {
    bytes: &'a [u8],
    at: usize,
    lines: LineCounter,
    depth: u32,
    lenient: bool,
}

impl<'a> JsonReader<'a> {
    /// Strict JSON, but for a byte order mark, which package managers tolerate.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: without_bom(bytes),
            at: 0,
            lines: LineCounter::new(),
            depth: 0,
            lenient: false,
        }
    }

    /// JSON with `//` and `/* */` comments and trailing commas.
    pub fn lenient(bytes: &'a [u8]) -> Self {
        Self {
            lenient: true,
            ..Self::new(bytes)
        }
    }

    /// Line of the next token, 1-based.
    pub fn line(&mut self) -> Result<u32, CatalogError> {
        self.space()?;
        Ok(self.lines.line_at(self.bytes, self.at))
    }

    /// What the next value is, without reading it.
    pub fn kind(&mut self) -> Result<Kind, CatalogError> {
        self.space()?;
        match self.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => Ok(Kind::Literal),
            Some(_) => Err(self.error("unexpected character")),
            None => Err(self.error("ends early")),
        }
    }

    /// Reads an object: `each` gets every key with its line and must read exactly one value.
    /// Anything but an object is stepped over, and the answer is `false`.
    pub fn object(
        &mut self,
        mut each: impl FnMut(&mut Self, &str, u32) -> Result<(), CatalogError>,
    ) -> Result<bool, CatalogError> {
        if self.kind()? != Kind::Object {
            self.skip()?;
            return Ok(false);
        }
        self.enter()?;
        let mut first = true;
        while self.more(b'}', &mut first)? {
            let line = self.line()?;
            let key = self.key()?;
            each(self, &key, line)?;
        }
        Ok(true)
    }

    /// Reads an object as [`Self::object`] does; anything else is an error.
    pub fn expect_object(
        &mut self,
        each: impl FnMut(&mut Self, &str, u32) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        if self.kind()? != Kind::Object {
            return Err(self.error("expected an object"));
        }
        self.object(each).map(|_| ())
    }

    /// Reads an array as [`Self::array`] does; anything else is an error.
    pub fn expect_array(
        &mut self,
        each: impl FnMut(&mut Self) -> Result<(), CatalogError>,
    ) -> Result<(), CatalogError> {
        if self.kind()? != Kind::Array {
            return Err(self.error("expected an array"));
        }
        self.array(each).map(|_| ())
    }

    /// Reads an array: `each` must read exactly one value. Anything but an array is stepped
    /// over, and the answer is `false`.
    pub fn array(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Result<(), CatalogError>,
    ) -> Result<bool, CatalogError> {
        if self.kind()? != Kind::Array {
            self.skip()?;
            return Ok(false);
        }
        self.enter()?;
        let mut first = true;
        while self.more(b']', &mut first)? {
            each(self)?;
        }
        Ok(true)
    }

    /// Reads a string; any other value is stepped over and gives `None`.
    pub fn string(&mut self) -> Result<Option<String>, CatalogError> {
        if self.kind()? == Kind::String {
            return Ok(Some(self.raw_string()?.into_owned()));
        }
        self.skip()?;
        Ok(None)
    }

    /// Reads `true`; any other value is stepped over and gives `false`.
    pub fn is_true(&mut self) -> Result<bool, CatalogError> {
        if self.kind()? == Kind::Literal {
            return Ok(self.literal()? == b"true");
        }
        self.skip()?;
        Ok(false)
    }

    /// Reads a whole number that is not negative; any other value is stepped over and gives `None`.
    pub fn integer(&mut self) -> Result<Option<u64>, CatalogError> {
        if self.kind()? == Kind::Literal {
            let text = std::str::from_utf8(self.literal()?);
            return Ok(text.ok().and_then(|text| text.parse().ok()));
        }
        self.skip()?;
        Ok(None)
    }

    /// Steps over one value, however large.
    pub fn skip(&mut self) -> Result<(), CatalogError> {
        // One bit per open bracket says which kind closes it: no recursion, no allocation.
        let mut closers: u128 = 0;
        let mut open: u32 = 0;
        loop {
            match self.kind()? {
                Kind::String => self.skip_string()?,
                Kind::Literal => {
                    self.literal()?;
                }
                kind => {
                    self.enter()?;
                    open += 1;
                    closers = closers << 1 | u128::from(kind == Kind::Object);
                    let mut first = true;
                    if self.more(closer(closers), &mut first)? {
                        if kind == Kind::Object {
                            self.skip_key()?;
                        }
                        continue;
                    }
                    open -= 1;
                    closers >>= 1;
                }
            }
            // A value has ended: go on with the next one of the innermost container.
            loop {
                if open == 0 {
                    return Ok(());
                }
                let mut first = false;
                if self.more(closer(closers), &mut first)? {
                    if closers & 1 == 1 {
                        self.skip_key()?;
                    }
                    break;
                }
                open -= 1;
                closers >>= 1;
            }
        }
    }

    /// Errs unless nothing but space is left.
    pub fn end(&mut self) -> Result<(), CatalogError> {
        self.space()?;
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error("text after the end of the document")),
        }
    }

    fn enter(&mut self) -> Result<(), CatalogError> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.error(&format!("nested deeper than {DEPTH_MAX}")));
        }
        Ok(())
    }

    /// Whether another member follows; steps over the comma, or over the closing bracket.
    fn more(&mut self, closer: u8, first: &mut bool) -> Result<bool, CatalogError> {
        self.space()?;
        let was_first = std::mem::replace(first, false);
        match self.peek() {
            Some(byte) if byte == closer => {}
            Some(b',') if !was_first => {
                self.at += 1;
                self.space()?;
                if !(self.lenient && self.peek() == Some(closer)) {
                    return Ok(true);
                }
            }
            Some(_) if was_first => return Ok(true),
            Some(_) => return Err(self.error("expected `,` or a closing bracket")),
            None => return Err(self.error("ends early")),
        }
        self.at += 1;
        self.depth = self.depth.saturating_sub(1);
        Ok(false)
    }

    fn key(&mut self) -> Result<Cow<'a, str>, CatalogError> {
        if self.kind()? != Kind::String {
            return Err(self.error("expected a key"));
        }
        let key = self.raw_string()?;
        self.colon()?;
        Ok(key)
    }

    fn skip_key(&mut self) -> Result<(), CatalogError> {
        if self.kind()? != Kind::String {
            return Err(self.error("expected a key"));
        }
        self.skip_string()?;
        self.colon()
    }

    fn colon(&mut self) -> Result<(), CatalogError> {
        self.space()?;
        if self.peek() != Some(b':') {
            return Err(self.error("expected `:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// The bytes of a string without its quotes, still escaped.
    fn quoted(&mut self) -> Result<&'a [u8], CatalogError> {
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => {
                    self.at = self.bytes.len();
                    return Err(self.error("unterminated string"));
                }
            }
        }
        self.at = end + 1;
        Ok(self.bytes.get(start..end).unwrap_or_default())
    }

    fn skip_string(&mut self) -> Result<(), CatalogError> {
        self.quoted().map(|_| ())
    }

    fn raw_string(&mut self) -> Result<Cow<'a, str>, CatalogError> {
        let raw = String::from_utf8_lossy(self.quoted()?);
        if raw.contains('\\') {
            return match unescape(&raw) {
                Some(text) => Ok(Cow::Owned(text)),
                None => Err(self.error("wrong escape in a string")),
            };
        }
        Ok(raw)
    }

    fn literal(&mut self) -> Result<&'a [u8], CatalogError> {
        let start = self.at;
        while let Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'+') = self.peek() {
            self.at += 1;
        }
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        let number = matches!(word.first(), Some(b'-' | b'0'..=b'9'));
        if number || matches!(word, b"true" | b"false" | b"null") {
            return Ok(word);
        }
        Err(self.error("unknown literal"))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) -> Result<(), CatalogError> {
        loop {
            while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
                self.at += 1;
            }
            if !self.lenient || self.peek() != Some(b'/') {
                return Ok(());
            }
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let length = match rest.get(1) {
                Some(b'/') => rest.iter().position(|byte| *byte == b'\n'),
                Some(b'*') => rest
                    .windows(2)
                    .skip(2)
                    .position(|pair| pair == b"*/")
                    .map(|found| found + 4),
                _ => return Err(self.error("unexpected character")),
            };
            match length {
                Some(length) => self.at += length,
                None if rest.get(1) == Some(&b'/') => self.at = self.bytes.len(),
                None => return Err(self.error("unterminated comment")),
            }
        }
    }

    fn error(&mut self, what: &str) -> CatalogError {
        let at = self.at.min(self.bytes.len());
        error_at("json", what, self.lines.line_at(self.bytes, at))
    }
}

const fn closer(closers: u128) -> u8 {
    if closers & 1 == 1 { b'}' } else { b']' }
}

/// Resolves escapes; lone surrogates become U+FFFD. `None` for an escape that JSON has not.
fn unescape(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(found) = rest.find('\\') {
        text.push_str(rest.get(..found)?);
        rest = rest.get(found + 1..)?;
        let escape = rest.chars().next()?;
        rest = rest.get(escape.len_utf8()..)?;
        match escape {
            '"' | '\\' | '/' => text.push(escape),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'u' => {
                let mut unit = u32::from_str_radix(rest.get(..4)?, 16).ok()?;
                rest = rest.get(4..)?;
                if let (0xd800..=0xdbff, Some(low)) = (unit, low_surrogate(rest)) {
                    unit = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    rest = rest.get(6..)?;
                }
                text.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
            }
            _ => return None,
        }
    }
    text.push_str(rest);
    Some(text)
}

fn low_surrogate(rest: &str) -> Option<u32> {
    let digits = rest.strip_prefix("\\u")?.get(..4)?;
    let unit = u32::from_str_radix(digits, 16).ok()?;
    matches!(unit, 0xdc00..=0xdfff).then_some(unit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(text: &str) -> Result<Vec<(String, u32)>, String> {
        let mut reader = JsonReader::new(text.as_bytes());
        let mut found = Vec::new();
        reader
            .object(|reader, key, line| {
                found.push((key.to_owned(), line));
                reader.skip()
            })
            .and_then(|_| reader.end())
            .map_err(|error| error.reason)?;
        Ok(found)
    }

    #[test]
    fn keys_come_with_their_lines() {
        let text = "{\n \"a\": [1, {\"x\": [[]]}, \"]\"],\n\n \"b\\u00e9\": null }\n";
        assert_eq!(
            names(text),
            Ok(vec![("a".to_owned(), 2), ("bé".to_owned(), 4)])
        );
    }

    #[test]
    fn errors_name_the_line() {
        for (text, expected) in [
            ("{\n\"a\": ", "json: ends early (line 2)"),
            ("{\"a\" 1}", "json: expected `:` (line 1)"),
            ("{\"a\": 1,}", "json: unexpected character (line 1)"),
            (
                "{\"a\": [1}",
                "json: expected `,` or a closing bracket (line 1)",
            ),
            ("{\"a\": tru}", "json: unknown literal (line 1)"),
            ("{\"a\": \"x", "json: unterminated string (line 1)"),
            ("{\"a\\x\": 1}", "json: wrong escape in a string (line 1)"),
            ("{} x", "json: text after the end of the document (line 1)"),
            ("", "json: ends early (line 1)"),
        ] {
            assert_eq!(names(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn depth_is_capped_without_recursion() {
        let deep = format!("{{\"a\": {}", "[".repeat(1 << 20));
        assert_eq!(
            names(&deep),
            Err("json: nested deeper than 96 (line 1)".to_owned())
        );
    }

    #[test]
    fn comments_and_trailing_commas_where_they_are_allowed() {
        let text = b"// one\n{ /* two */ \"a\": [1, 2,], \"b\": {}, }";
        let mut reader = JsonReader::lenient(text);
        let mut keys = Vec::new();
        let done = reader
            .object(|reader, key, line| {
                keys.push((key.to_owned(), line));
                reader.skip()
            })
            .and_then(|_| reader.end());
        assert_eq!(done, Ok(()));
        assert_eq!(keys, [("a".to_owned(), 2), ("b".to_owned(), 2)]);
    }

    /// A tree read by callbacks, to hold against serde_json's.
    fn tree(reader: &mut JsonReader<'_>) -> Result<serde_json::Value, CatalogError> {
        use serde_json::Value;
        Ok(match reader.kind()? {
            Kind::Object => {
                let mut map = serde_json::Map::new();
                reader.object(|reader, key, _| {
                    map.insert(key.to_owned(), tree(reader)?);
                    Ok(())
                })?;
                Value::Object(map)
            }
            Kind::Array => {
                let mut items = Vec::new();
                reader.array(|reader| {
                    items.push(tree(reader)?);
                    Ok(())
                })?;
                Value::Array(items)
            }
            Kind::String => Value::String(reader.string()?.unwrap_or_default()),
            Kind::Literal => serde_json::from_slice(reader.literal()?)
                .map_err(|error| CatalogError::new(error.to_string()))?,
        })
    }

    fn documents() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(serde_json::Value::from),
                prop::collection::vec((any::<String>(), inner), 0..8)
                    .prop_map(|items| serde_json::Value::Object(items.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_writes(document in documents(), pretty: bool) {
            let text = if pretty {
                serde_json::to_string_pretty(&document)
            } else {
                serde_json::to_string(&document)
            }.unwrap();
            let mut reader = JsonReader::new(text.as_bytes());
            prop_assert_eq!(tree(&mut reader).unwrap(), document);
            prop_assert!(reader.end().is_ok());
            let mut reader = JsonReader::new(text.as_bytes());
            prop_assert!(reader.skip().is_ok());
            prop_assert!(reader.end().is_ok());
        }

        #[test]
        fn accepts_whatever_serde_json_accepts(bytes in prop::collection::vec(
            prop::sample::select(b"{}[]\",:\\u0019 .-+etrufalsn\n".to_vec()), 0..24)) {
            let accepted = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
            let mut reader = JsonReader::new(&bytes);
            let ours = reader.skip().and_then(|()| reader.end()).is_ok();
            prop_assert!(ours || !accepted);
        }
    }
}

//! A pull reader for TOML as lockfiles are written in.
//!
//! Gives table headers and keys in the order of the file; the value of a key is read only where
//! it is asked for, and is never kept as a tree. That a table or key is defined only once is not
//! checked. Grammar: TOML 1.1.

use super::{DEPTH_MAX, LineCounter, error_at, without_bom};
use crate::CatalogError;

/// What comes next in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TomlEvent {
    /// `[a.b]`, or `[[a.b]]` with `array`.
    Table { path: Vec<String>, array: bool },
    /// A key; its value may be read now, else it is stepped over.
    Key { path: Vec<String>, line: u32 },
}

/// Reads one document from start to end.
#[derive(Debug)]
pub struct TomlReader<'a> {
    bytes: &'a [u8],
    at: usize,
    lines: LineCounter,
    depth: u32,
    pending: bool,
}

impl<'a> TomlReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: without_bom(bytes),
            at: 0,
            lines: LineCounter::new(),
            depth: 0,
            pending: false,
        }
    }

    /// The next table header or key; `None` at the end.
    pub fn next_event(&mut self) -> Result<Option<TomlEvent>, CatalogError> {
        if self.pending {
            self.skip()?;
        }
        self.blank();
        if self.peek().is_none() {
            return Ok(None);
        }
        let event = if self.eat(b"[") {
            let array = self.eat(b"[");
            let path = self.key_path()?;
            if !self.eat(if array { b"]]" } else { b"]" }) {
                return Err(self.error("expected `]`"));
            }
            self.line_end()?;
            TomlEvent::Table { path, array }
        } else {
            let line = self.lines.line_at(self.bytes, self.at);
            let path = self.key_path()?;
            self.equals()?;
            self.pending = true;
            TomlEvent::Key { path, line }
        };
        Ok(Some(event))
    }

    /// Reads a string; any other value is stepped over and gives `None`.
    pub fn string(&mut self) -> Result<Option<String>, CatalogError> {
        if matches!(self.peek(), Some(b'"' | b'\'')) {
            let text = self.quoted()?;
            self.value_end()?;
            return Ok(Some(text));
        }
        self.skip()?;
        Ok(None)
    }

    /// Reads a number, date or boolean as it is written; any other value is stepped over and gives
    /// `None`.
    pub fn bare_value(&mut self) -> Result<Option<String>, CatalogError> {
        if matches!(self.peek(), Some(b'"' | b'\'' | b'[' | b'{')) {
            self.skip()?;
            return Ok(None);
        }
        let start = self.at;
        self.bare();
        let text = self.bytes.get(start..self.at).unwrap_or_default();
        let text = String::from_utf8_lossy(text.trim_ascii()).into_owned();
        self.value_end()?;
        Ok(Some(text))
    }

    /// Reads an inline table: `each` gets every key and must read exactly one value. Anything
    /// else is stepped over, and the answer is `false`.
    pub fn inline_table(
        &mut self,
        mut each: impl FnMut(&mut Self, &str) -> Result<(), CatalogError>,
    ) -> Result<bool, CatalogError> {
        if self.peek() != Some(b'{') {
            self.skip()?;
            return Ok(false);
        }
        self.enter()?;
        while !self.closed(b'}')? {
            let path = self.key_path()?;
            self.equals()?;
            each(self, &path.join("."))?;
            self.comma(b'}')?;
        }
        self.value_end()?;
        Ok(true)
    }

    /// Reads an array: `each` must read exactly one value. Anything else is stepped over, and
    /// the answer is `false`.
    pub fn array(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Result<(), CatalogError>,
    ) -> Result<bool, CatalogError> {
        if self.peek() != Some(b'[') {
            self.skip()?;
            return Ok(false);
        }
        self.enter()?;
        while !self.closed(b']')? {
            each(self)?;
            self.comma(b']')?;
        }
        self.value_end()?;
        Ok(true)
    }

    /// Steps over one value, however large.
    pub fn skip(&mut self) -> Result<(), CatalogError> {
        let mut open: u32 = 0;
        loop {
            match self.peek() {
                None => return Err(self.error("ends early")),
                Some(b'"' | b'\'') => self.skip_quoted()?,
                Some(b'[' | b'{') => {
                    open += 1;
                    if open > DEPTH_MAX {
                        return Err(self.too_deep());
                    }
                    self.at += 1;
                }
                Some(b']' | b'}') if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                Some(b']' | b'}' | b',' | b'\n' | b'#') if open == 0 => {
                    return Err(self.error("expected a value"));
                }
                Some(b'#') => self.comment(),
                Some(_) if open == 0 => self.bare(),
                Some(_) => self.at += 1,
            }
            if open == 0 {
                return self.value_end();
            }
        }
    }

    fn enter(&mut self) -> Result<(), CatalogError> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.too_deep());
        }
        Ok(())
    }

    /// Steps over the closing bracket if it is next.
    fn closed(&mut self, closer: u8) -> Result<bool, CatalogError> {
        self.blank();
        if self.eat(&[closer]) {
            self.depth = self.depth.saturating_sub(1);
            return Ok(true);
        }
        match self.peek() {
            Some(_) => Ok(false),
            None => Err(self.error("ends early")),
        }
    }

    /// Steps over the comma after a member; the last one needs none.
    fn comma(&mut self, closer: u8) -> Result<(), CatalogError> {
        self.blank();
        if self.eat(b",") || self.peek() == Some(closer) {
            return Ok(());
        }
        Err(self.error("expected `,` or a closing bracket"))
    }

    /// After a value: at the top level nothing else may stand on the line.
    fn value_end(&mut self) -> Result<(), CatalogError> {
        if self.depth > 0 {
            return Ok(());
        }
        self.pending = false;
        self.line_end()
    }

    fn line_end(&mut self) -> Result<(), CatalogError> {
        self.space();
        match self.peek() {
            None | Some(b'\n' | b'#') => Ok(()),
            Some(_) => Err(self.error("text after a value")),
        }
    }

    fn key_path(&mut self) -> Result<Vec<String>, CatalogError> {
        let mut path = Vec::new();
        loop {
            self.space();
            let part = match self.peek() {
                Some(b'"' | b'\'') => self.quoted()?,
                _ => self.bare_key()?,
            };
            path.push(part);
            self.space();
            if path.len() > DEPTH_MAX as usize {
                return Err(self.too_deep());
            }
            if !self.eat(b".") {
                return Ok(path);
            }
        }
    }

    fn bare_key(&mut self) -> Result<String, CatalogError> {
        let start = self.at;
        while let Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-') = self.peek() {
            self.at += 1;
        }
        let key = self.bytes.get(start..self.at).unwrap_or_default();
        if key.is_empty() {
            return Err(self.error("expected a key"));
        }
        Ok(String::from_utf8_lossy(key).into_owned())
    }

    fn equals(&mut self) -> Result<(), CatalogError> {
        self.space();
        if !self.eat(b"=") {
            return Err(self.error("expected `=`"));
        }
        self.space();
        Ok(())
    }

    /// A number, date or boolean.
    fn bare(&mut self) {
        while !matches!(
            self.peek(),
            None | Some(b',' | b']' | b'}' | b'\n' | b'#' | b'"' | b'\'')
        ) {
            self.at += 1;
        }
    }

    fn quoted(&mut self) -> Result<String, CatalogError> {
        let (raw, basic) = self.raw_quoted()?;
        let text = String::from_utf8_lossy(raw);
        if !basic || !text.contains('\\') {
            return Ok(text.into_owned());
        }
        unescape(&text).ok_or_else(|| self.error("wrong escape in a string"))
    }

    fn skip_quoted(&mut self) -> Result<(), CatalogError> {
        self.raw_quoted().map(|_| ())
    }

    /// The bytes between the quotes, and whether escapes count in them.
    fn raw_quoted(&mut self) -> Result<(&'a [u8], bool), CatalogError> {
        let quote = self.peek().unwrap_or(b'"');
        let basic = quote == b'"';
        let triple = [quote; 3];
        let long = self.eat(&triple);
        if long {
            // A line break right after the opening quotes is not part of the text.
            let _ = self.eat(b"\r\n") || self.eat(b"\n");
        } else {
            self.at += 1;
        }
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'\\') if basic => self.at += 2,
                Some(byte) if byte == quote && !long => break,
                Some(byte) if byte == quote && self.ends_long(quote) => break,
                Some(b'\n') if !long => return Err(self.error("unterminated string")),
                Some(_) => self.at += 1,
                None => {
                    self.at = self.bytes.len();
                    return Err(self.error("unterminated string"));
                }
            }
        }
        let raw = self.bytes.get(start..self.at).unwrap_or_default();
        self.at += if long { 3 } else { 1 };
        Ok((raw, basic))
    }

    /// Whether the closing three quotes start here: up to two more may belong to the text.
    fn ends_long(&self, quote: u8) -> bool {
        let at = |offset: usize| self.bytes.get(self.at + offset).copied();
        at(1) == Some(quote) && at(2) == Some(quote) && at(3) != Some(quote)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn comment(&mut self) {
        while !matches!(self.peek(), None | Some(b'\n')) {
            self.at += 1;
        }
    }

    fn blank(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(b'#') => self.comment(),
                _ => return,
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, expected: &[u8]) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let found = rest.starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    fn too_deep(&mut self) -> CatalogError {
        self.error(&format!("nested deeper than {DEPTH_MAX}"))
    }

    fn error(&mut self, what: &str) -> CatalogError {
        let at = self.at.min(self.bytes.len());
        error_at("toml", what, self.lines.line_at(self.bytes, at))
    }
}

/// Resolves the escapes of a basic string; `None` for one that TOML has not.
fn unescape(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(found) = rest.find('\\') {
        text.push_str(rest.get(..found)?);
        rest = rest.get(found + 1..)?;
        let escape = rest.chars().next()?;
        rest = rest.get(escape.len_utf8()..)?;
        let digits = match escape {
            '"' | '\\' => {
                text.push(escape);
                continue;
            }
            'b' => 0x8,
            't' => 0x9,
            'n' => 0xa,
            'f' => 0xc,
            'r' => 0xd,
            'e' => 0x1b,
            'x' | 'u' | 'U' => {
                let count = match escape {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let digits = rest.get(..count)?;
                rest = rest.get(count..)?;
                u32::from_str_radix(digits, 16).ok()?
            }
            ' ' | '\t' | '\r' | '\n' => {
                rest = rest.trim_start();
                continue;
            }
            _ => return None,
        };
        text.push(char::from_u32(digits)?);
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every event on a line of its own; strings with their values.
    fn walk(text: &str) -> Result<Vec<String>, String> {
        let mut reader = TomlReader::new(text.as_bytes());
        let mut seen = Vec::new();
        while let Some(event) = reader.next_event().map_err(|error| error.reason)? {
            match event {
                TomlEvent::Table { path, array } => {
                    seen.push(format!("[{}] {array}", path.join("|")));
                }
                TomlEvent::Key { path, line } => {
                    let value = reader.string().map_err(|error| error.reason)?;
                    seen.push(format!("{line}: {} = {value:?}", path.join("|")));
                }
            }
        }
        Ok(seen)
    }

    #[test]
    fn tables_keys_and_strings() {
        let text = r#"
version = 1 # comment
[[package]]
name = "a\u00e9" # comment
"odd.key".x = 'lit\eral'
files = [
    { file = "x]", hash = "sha256:0" }, # ] comment
    "]",
]
source = { url = "u", "k" = [1, 2] }
[package . "dotted.name"]
long = """
one "two" ""three"""""
when = 2024-01-01 10:00:00
"#;
        assert_eq!(
            walk(text),
            Ok([
                "2: version = None",
                "[package] true",
                "4: name = Some(\"aé\")",
                "5: odd.key|x = Some(\"lit\\\\eral\")",
                "6: files = None",
                "10: source = None",
                "[package|dotted.name] false",
                "12: long = Some(\"one \\\"two\\\" \\\"\\\"three\\\"\\\"\")",
                "14: when = None",
            ]
            .map(str::to_owned)
            .to_vec())
        );
    }

    #[test]
    fn inline_tables_and_arrays() {
        let text = "a = [\n 'x', { k = 'v', n.m = 3, }, # c\n ['y'],\n]\nb = {}";
        let mut reader = TomlReader::new(text.as_bytes());
        let mut seen = Vec::new();
        while let Ok(Some(event)) = reader.next_event() {
            assert!(matches!(event, TomlEvent::Key { .. }));
            let done = reader.array(|reader| {
                if reader.peek() == Some(b'{') {
                    reader.inline_table(|reader, key| {
                        let value = reader.string()?;
                        seen.push(format!("{key}={value:?}"));
                        Ok(())
                    })?;
                } else {
                    let value = reader.string()?;
                    seen.push(format!("{value:?}"));
                }
                Ok(())
            });
            seen.push(format!("{done:?}"));
        }
        assert_eq!(
            seen,
            [
                "Some(\"x\")",
                "k=Some(\"v\")",
                "n.m=None",
                "None",
                "Ok(true)",
                "Ok(false)"
            ]
        );
    }

    #[test]
    fn errors_name_the_line() {
        for (text, expected) in [
            ("a = ", "toml: ends early (line 1)"),
            ("\na = 'x", "toml: unterminated string (line 2)"),
            ("a = 'x\n'", "toml: unterminated string (line 1)"),
            ("a = \"\\q\"", "toml: wrong escape in a string (line 1)"),
            ("a = 'x' y", "toml: text after a value (line 1)"),
            ("a = [", "toml: ends early (line 1)"),
            ("a = ]", "toml: expected a value (line 1)"),
            ("[a", "toml: expected `]` (line 1)"),
            ("[a] b", "toml: text after a value (line 1)"),
            ("= 1", "toml: expected a key (line 1)"),
            ("a", "toml: expected `=` (line 1)"),
        ] {
            assert_eq!(walk(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn depth_is_capped() {
        let deep = format!("a = {}", "[".repeat(1 << 20));
        assert_eq!(
            walk(&deep),
            Err("toml: nested deeper than 96 (line 1)".to_owned())
        );
        let deep = "a.".repeat(1 << 20);
        assert!(walk(&deep).is_err());
    }

    proptest! {
        #[test]
        fn strings_are_those_the_toml_crate_reads(text: String, key: String) {
            // A JSON string is a TOML basic string, but for DEL.
            let quoted = |text: &str| serde_json::to_string(text).unwrap();
            let written = format!("{} = {}", quoted(&key), quoted(&text));
            if let Ok(theirs) = written.parse::<toml::Table>() {
                prop_assert_eq!(theirs.get(&key).and_then(toml::Value::as_str), Some(text.as_str()));
                let mut reader = TomlReader::new(written.as_bytes());
                let path = match reader.next_event().unwrap() {
                    Some(TomlEvent::Key { path, .. }) => path,
                    other => panic!("{other:?}"),
                };
                prop_assert_eq!(path, vec![key]);
                prop_assert_eq!(reader.string().unwrap(), Some(text));
                prop_assert_eq!(reader.next_event().unwrap(), None);
            }
        }

        #[test]
        fn accepts_whatever_the_toml_crate_accepts(bytes in prop::collection::vec(
            prop::sample::select(b"[]{}\"'=,.a1_ \n#\\nu".to_vec()), 0..24)) {
            let text = String::from_utf8(bytes).unwrap();
            let accepted = text.parse::<toml::Table>().is_ok();
            prop_assert!(walk(&text).is_ok() || !accepted, "{text:?}");
        }
    }
}

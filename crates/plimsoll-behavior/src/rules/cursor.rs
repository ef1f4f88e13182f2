//! Reads the words of a condition: what libsinsp's grammar calls tokens.
//!
//! Words are found where the grammar asks for them, not beforehand: `in` is an operator behind a
//! field and a value behind `=`.

use std::borrow::Cow;

use super::condition::{Compare, Operator, Quantifier, Transformer};

/// What is wrong with a condition, and how many bytes of it stand before that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub offset: usize,
    pub message: String,
    pub hint: Option<&'static str>,
}

/// A place in a condition's text.
#[derive(Debug, Clone)]
pub struct Cursor<'t> {
    text: &'t str,
    offset: usize,
    /// The word read last, for messages.
    last: &'t str,
}

const TRANSFORMERS: &[(&str, Transformer)] = &[
    ("tolower", Transformer::ToLower),
    ("toupper", Transformer::ToUpper),
    ("b64", Transformer::FromBase64),
    ("basename", Transformer::BaseName),
    ("len", Transformer::Len),
    ("join", Transformer::Join),
    ("concat", Transformer::Concat),
    ("getopt", Transformer::GetOpt),
];

/// In the order in which they are tried; with a blank at the end where one has to follow.
const COMPARISONS: &[(&str, Compare)] = &[
    ("<=", Compare::LessOrEqual),
    ("<", Compare::Less),
    (">=", Compare::GreaterOrEqual),
    (">", Compare::Greater),
    ("==", Compare::Equal),
    ("=", Compare::Equal),
    ("!=", Compare::NotEqual),
    ("glob ", Compare::Glob),
    ("iglob ", Compare::GlobAnyCase),
    ("contains ", Compare::Contains),
    ("icontains ", Compare::ContainsAnyCase),
    ("bcontains ", Compare::ContainsBytes),
    ("startswith ", Compare::StartsWith),
    ("bstartswith ", Compare::StartsWithBytes),
    ("endswith ", Compare::EndsWith),
    ("regex ", Compare::Regex),
];

const QUANTIFIERS: &[(&str, Quantifier)] = &[
    ("oneof", Quantifier::OneOf),
    ("anyof", Quantifier::AnyOf),
    ("allof", Quantifier::AllOf),
];

/// In the order in which they are tried: none is the beginning of a later one.
const LISTS: &[(&str, Operator)] = &[
    ("intersects", Operator::Intersects),
    ("in", Operator::In),
    ("pmatch", Operator::PathMatch),
];

/// What a transformer is called in a rule.
pub fn transformer_name(transformer: Transformer) -> &'static str {
    let named = TRANSFORMERS.iter().find(|(_, other)| *other == transformer);
    named.map_or("val", |(name, _)| name)
}

/// What a comparison is called in a rule.
pub fn compare_name(compare: Compare) -> &'static str {
    let mut named = COMPARISONS.iter().rev();
    let named = named.find(|(_, other)| *other == compare);
    named.map_or("", |(name, _)| name.trim_end())
}

/// The operator of this spelling, as exceptions name it: `=`, `in`, `startswith anyof`.
pub fn operator(text: &str) -> Option<Operator> {
    if text == "exists" {
        return Some(Operator::Exists);
    }
    if let Some((_, operator)) = LISTS.iter().find(|(name, _)| *name == text) {
        return Some(*operator);
    }
    let mut words = text.split_ascii_whitespace();
    let compare = words.next()?;
    let compare = COMPARISONS
        .iter()
        .find(|(name, _)| name.trim_end() == compare)?
        .1;
    let Some(quantifier) = words.next() else {
        return (!text.contains(' ')).then_some(Operator::Compare(compare, None));
    };
    let quantifier = QUANTIFIERS.iter().find(|(name, _)| *name == quantifier)?.1;
    let fits = !is_numeric(compare) && words.next().is_none();
    fits.then_some(Operator::Compare(compare, Some(quantifier)))
}

/// Whether the whole text is a number.
pub fn is_number(text: &str) -> bool {
    let mut cursor = Cursor::new(text);
    cursor.number().is_some() && cursor.is_at_end()
}

/// Whether only numbers are compared so.
pub const fn is_numeric(compare: Compare) -> bool {
    matches!(
        compare,
        Compare::Less | Compare::LessOrEqual | Compare::Greater | Compare::GreaterOrEqual
    )
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 8 | b'\r' | b'\n')
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What [[:space:]] holds.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 11 | 12)
}

impl<'t> Cursor<'t> {
    pub const fn new(text: &'t str) -> Self {
        Self {
            text,
            offset: 0,
            last: "",
        }
    }

    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The word read last.
    pub const fn last(&self) -> &'t str {
        self.last
    }

    pub fn is_at_end(&self) -> bool {
        self.offset >= self.text.len()
    }

    pub fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            offset: self.offset,
            message: message.into(),
            hint: None,
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<u8> {
        self.rest().bytes().next()
    }

    /// Goes on by some bytes; not at all by none.
    fn advance(&mut self, bytes: usize) -> Option<&'t str> {
        if bytes == 0 {
            return None;
        }
        self.last = self.rest().get(..bytes)?;
        self.offset += bytes;
        Some(self.last)
    }

    /// Goes over blanks; whether there were any.
    pub fn blank(&mut self) -> bool {
        let blanks = self
            .rest()
            .bytes()
            .take_while(|byte| is_blank(*byte))
            .count();
        self.offset += blanks;
        blanks > 0
    }

    pub fn word(&mut self, word: &str) -> bool {
        self.rest().starts_with(word) && self.advance(word.len()).is_some()
    }

    /// `not` with blanks behind it.
    pub fn not(&mut self) -> bool {
        let Some(behind) = self.rest().strip_prefix("not") else {
            return false;
        };
        let blanks = behind.bytes().take_while(|byte| is_space(*byte)).count();
        blanks > 0 && self.advance("not".len() + blanks).is_some()
    }

    /// A letter and letters, digits and underscores behind it; its length.
    fn identifier_length(text: &str) -> usize {
        if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return 0;
        }
        text.bytes().take_while(|byte| is_word(*byte)).count()
    }

    /// The name of a macro.
    pub fn identifier(&mut self) -> Option<&'t str> {
        self.advance(Self::identifier_length(self.rest()))
    }

    /// The name of a field: identifiers with dots between them, two at least.
    pub fn field_name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let first = Self::identifier_length(rest);
        let mut length = first;
        while let Some(behind) = rest.get(length..).and_then(|text| text.strip_prefix('.')) {
            let more = Self::identifier_length(behind);
            if more == 0 {
                break;
            }
            length += 1 + more;
        }
        if first == 0 || length == first {
            return None;
        }
        self.advance(length)
    }

    /// What stands in a field's square brackets without quotes.
    pub fn bare_arg(&mut self) -> Option<&'t str> {
        let is_in = |byte: &u8| !matches!(byte, b'[' | b']' | b'"' | b'\'' | 0) && !is_space(*byte);
        let length = self.rest().bytes().take_while(is_in).count();
        self.advance(length)
    }

    /// Text without quotes.
    pub fn bare(&mut self) -> Option<&'t str> {
        let ends = |byte: u8| matches!(byte, b'(' | b')' | b'"' | b'\'' | b'=' | b',' | 0);
        let is_in = |byte: &u8| !ends(*byte) && !is_space(*byte);
        let length = self.rest().bytes().take_while(is_in).count();
        self.advance(length)
    }

    /// Text in quotes, its escapes undone. A quote ends it unless a backslash stands before it, and be
    /// that backslash an escaped one.
    pub fn quoted(&mut self) -> Result<Option<Cow<'t, str>>, SyntaxError> {
        let rest = self.rest();
        let Some(quote) = self.peek().filter(|byte| matches!(byte, b'"' | b'\'')) else {
            return Ok(None);
        };
        let bytes = rest.bytes().enumerate().skip(1);
        let mut before = quote;
        for (at, byte) in bytes {
            if byte == quote && before != b'\\' {
                let start = self.offset;
                let inner = rest.get(1..at).unwrap_or_default();
                self.advance(at + 1);
                return unescaped(inner, quote, start + 1).map(Some);
            }
            if byte == 0 {
                break;
            }
            before = byte;
        }
        let mut error = self.error("the quotes are not closed");
        error.hint = Some("a quote with a backslash before it does not close the text");
        Err(error)
    }

    /// A number in hexadecimal or decimal digits.
    pub fn number(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let digits = |text: &str, hex: bool| {
            let is_digit = |byte: &u8| byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
            text.bytes().take_while(is_digit).count()
        };
        let hex = rest
            .strip_prefix("0x")
            .or_else(|| rest.strip_prefix("0X"))
            .map_or(0, |rest| digits(rest, true));
        if hex > 0 {
            return self.advance(2 + hex);
        }
        let behind = |length: usize| rest.get(length..).unwrap_or_default();
        let mut length = usize::from(rest.starts_with(['+', '-']));
        let whole = digits(behind(length), false);
        if whole == 0 {
            return None;
        }
        length += whole;
        length += usize::from(behind(length).starts_with('.'));
        length += digits(behind(length), false);
        if behind(length).starts_with(['e', 'E']) && behind(length + 1).starts_with(['+', '-']) {
            let power = digits(behind(length + 2), false);
            length += if power > 0 { 2 + power } else { 0 };
        }
        self.advance(length)
    }

    /// A transformer with its bracket; `val(` only where it may stand.
    pub fn transformer(&mut self, with_val: bool) -> Option<Transformer> {
        let rest = self.rest();
        let named = |name: &str| {
            rest.strip_prefix(name)
                .is_some_and(|behind| behind.starts_with('('))
        };
        if with_val && named("val") {
            self.advance("val(".len());
            return Some(Transformer::Val);
        }
        let (name, transformer) = TRANSFORMERS.iter().find(|(name, _)| named(name))?;
        self.advance(name.len() + 1);
        Some(*transformer)
    }

    /// An operator, with its quantifier.
    pub fn operator(&mut self) -> Option<Operator> {
        if self.word("exists") {
            return Some(Operator::Exists);
        }
        for (name, compare) in COMPARISONS {
            let before = self.clone();
            if !self.word(name.trim_end()) {
                continue;
            }
            if name.ends_with(' ') && !self.blank() {
                *self = before;
                continue;
            }
            let quantifier = if is_numeric(*compare) {
                None
            } else {
                self.quantifier()
            };
            return Some(Operator::Compare(*compare, quantifier));
        }
        let mut lists = LISTS.iter();
        lists
            .find(|(name, _)| self.word(name))
            .map(|(_, operator)| *operator)
    }

    /// A quantifier, which is one only where a bracket follows: else it is the value.
    fn quantifier(&mut self) -> Option<Quantifier> {
        let before = self.clone();
        self.blank();
        for (name, quantifier) in QUANTIFIERS {
            if self.word(name) {
                self.blank();
                if self.peek() == Some(b'(') {
                    return Some(*quantifier);
                }
                break;
            }
        }
        *self = before;
        None
    }
}

/// Text between quotes with its escapes undone.
fn unescaped(inner: &str, quote: u8, start: usize) -> Result<Cow<'_, str>, SyntaxError> {
    if !inner.contains('\\') {
        return Ok(Cow::Borrowed(inner));
    }
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let Some((_, escaped)) = chars.next() else {
            break;
        };
        let c = match escaped {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            // A backslash before a blank stands for itself, and the blank is gone.
            '\\' | ' ' => '\\',
            '/' => '/',
            '"' | '\'' if escaped == char::from(quote) => escaped,
            _ => {
                let message = format!("unsupported string escape sequence: \\{escaped}");
                return Err(SyntaxError {
                    offset: start + at,
                    message,
                    hint: Some("write a backslash as \\\\"),
                });
            }
        };
        text.push(c);
    }
    Ok(Cow::Owned(text))
}

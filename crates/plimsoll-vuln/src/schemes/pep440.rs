//! Python package versions, PEP 440: `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`.
//!
//! Reads every spelling that the specification normalises (`1.0-Alpha_1`, `v1.0.post`). What is
//! no PEP 440 version was once allowed on PyPI; such legacy versions come before all others and
//! among themselves in the order of setuptools, as `packaging` did up to 21.3.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_caseless, compare_numbers, is_number, split_digits, split_while};
use crate::loose::{compare_dotted, split_numbers};

pub(super) struct Pep440;

const ID: &str = "pep440";

impl VersionScheme for Pep440 {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["pypi"]
    }

    fn describe(&self) -> &'static str {
        "Python packages (PEP 440); what does not parse comes first, as setuptools ordered it"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (a, b) = (checked(ID, a)?, checked(ID, b)?);
        Ok(match (Version::parse(a), Version::parse(b)) {
            (Some(a), Some(b)) => a.compare(&b),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => legacy_key(a).cmp(&legacy_key(b)),
        })
    }
}

/// A version taken apart; numbers as their digits, words not yet folded.
pub(crate) struct Version<'a> {
    pub(crate) epoch: &'a [u8],
    /// Numbers between dots.
    pub(crate) release: &'a [u8],
    /// 1 for `a`, 2 for `b`, 3 for `rc`; its number.
    pub(crate) pre: Option<(u8, &'a [u8])>,
    pub(crate) post: Option<&'a [u8]>,
    pub(crate) dev: Option<&'a [u8]>,
    pub(crate) local: Option<&'a [u8]>,
}

/// Spellings of the pre-release phases; the longer before those that they begin with.
const PRE_WORDS: [(&[u8], u8); 8] = [
    (b"alpha", 1),
    (b"a", 1),
    (b"beta", 2),
    (b"b", 2),
    (b"preview", 3),
    (b"pre", 3),
    (b"c", 3),
    (b"rc", 3),
];
const POST_WORDS: [(&[u8], u8); 3] = [(b"post", 0), (b"rev", 0), (b"r", 0)];
const DEV_WORDS: [(&[u8], u8); 1] = [(b"dev", 0)];

impl<'a> Version<'a> {
    /// Reads by the pattern in the specification's appendix.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let text = match text {
            [b'v' | b'V', rest @ ..] => rest,
            _ => text,
        };
        let (epoch, rest) = match split_digits(text) {
            (epoch, [b'!', rest @ ..]) if !epoch.is_empty() => (epoch, rest),
            _ => (&[][..], text),
        };
        let (release, rest) = split_numbers(rest)?;
        let mut version = Self {
            epoch,
            release,
            pre: None,
            post: None,
            dev: None,
            local: None,
        };
        if rest.is_empty() {
            return Some(version);
        }
        let mut rest = rest;
        if let Some((pre, after)) = phase(rest, &PRE_WORDS) {
            (version.pre, rest) = (Some(pre), after);
        }
        let explicit = || phase(rest, &POST_WORDS).map(|((_, number), after)| (number, after));
        if let Some((number, after)) = implicit_post(rest).or_else(explicit) {
            (version.post, rest) = (Some(number), after);
        }
        if let Some(((_, number), after)) = phase(rest, &DEV_WORDS) {
            (version.dev, rest) = (Some(number), after);
        }
        version.local = match rest {
            [] => None,
            [b'+', local @ ..] if local_parts(local).all(is_local_part) => Some(local),
            _ => return None,
        };
        Some(version)
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.compare_public(other)
            .then_with(|| compare_local(self.local, other.local))
    }

    /// The order without the local versions.
    pub(crate) fn compare_public(&self, other: &Self) -> Ordering {
        let (pre, other_pre) = (self.pre_key(), other.pre_key());
        compare_numbers(self.epoch, other.epoch)
            .then_with(|| compare_dotted(self.release, other.release))
            .then_with(|| pre.0.cmp(&other_pre.0))
            .then_with(|| compare_numbers(pre.1, other_pre.1))
            .then_with(|| compare_optional(self.post, other.post))
            // Without a development part it is later than with any.
            .then_with(|| match (self.dev, other.dev) {
                (Some(a), Some(b)) => compare_numbers(a, b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            })
    }

    /// `1.0.dev1` comes before `1.0a1`, and that before `1.0`.
    fn pre_key(&self) -> (u8, &'a [u8]) {
        const BEFORE_ALL: u8 = 0;
        const AFTER_ALL: u8 = 4;
        match self.pre {
            Some(pre) => pre,
            None if self.post.is_none() && self.dev.is_some() => (BEFORE_ALL, &[]),
            None => (AFTER_ALL, &[]),
        }
    }
}

fn compare_optional(a: Option<&[u8]>, b: Option<&[u8]>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare_numbers(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn compare_local(a: Option<&[u8]>, b: Option<&[u8]>) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else {
        return a.is_some().cmp(&b.is_some());
    };
    let (mut a, mut b) = (local_parts(a), local_parts(b));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (is_number(a), is_number(b)) {
                (true, true) => compare_numbers(a, b),
                (false, false) => compare_caseless(a, b),
                (a_is_number, b_is_number) => a_is_number.cmp(&b_is_number),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn without_separator(text: &[u8]) -> &[u8] {
    match text {
        [b'.' | b'-' | b'_', rest @ ..] => rest,
        _ => text,
    }
}

type Phase<'a> = ((u8, &'a [u8]), &'a [u8]);

/// A phase word with separators around it that may be missing, and its number.
fn phase<'a>(text: &'a [u8], words: &[(&[u8], u8)]) -> Option<Phase<'a>> {
    let text = without_separator(text);
    words.iter().find_map(|(word, rank)| {
        let (front, rest) = text.split_at_checked(word.len())?;
        if !front.eq_ignore_ascii_case(word) {
            return None;
        }
        let (number, rest) = split_digits(without_separator(rest));
        Some(((*rank, number), rest))
    })
}

/// `1.0-1`, the short way to write `1.0.post1`.
fn implicit_post(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let [b'-', rest @ ..] = text else { return None };
    let (number, rest) = split_digits(rest);
    (!number.is_empty()).then_some((number, rest))
}

fn local_parts(local: &[u8]) -> impl Iterator<Item = &[u8]> {
    local.split(|byte| matches!(byte, b'.' | b'-' | b'_'))
}

fn is_local_part(part: &[u8]) -> bool {
    !part.is_empty() && part.iter().all(u8::is_ascii_alphanumeric)
}

/// Setuptools' key: words get a star in front, so that they sort before numbers; numbers are
/// padded to eight digits; zeros before a word do not count; `-` is a patch level.
fn legacy_key(text: &[u8]) -> Vec<Cow<'static, str>> {
    const FINAL: &str = "*final";
    const PATCH: &str = "*final-";
    let text = String::from_utf8_lossy(text).to_lowercase();
    let mut key: Vec<Cow<'static, str>> = Vec::new();
    let mut rest = text.as_bytes();
    let mut parts = Vec::new();
    while let Some(first) = rest.first() {
        let same_kind = |byte: u8| kind(byte) == kind(*first) && kind(byte) != Kind::Single;
        let length = split_while(rest, same_kind).0.len().max(1);
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        parts.push(String::from_utf8_lossy(part).into_owned());
        rest = after;
    }
    parts.retain(|part| part != ".");
    for part in parts {
        let part: Cow<'static, str> = match part.as_str() {
            "pre" | "preview" | "rc" => "*c".into(),
            "-" => PATCH.into(),
            "dev" => "*@".into(),
            number if number.starts_with(|first: char| first.is_ascii_digit()) => {
                format!("{number:0>8}").into()
            }
            word => format!("*{word}").into(),
        };
        push_legacy(&mut key, part, FINAL, PATCH);
    }
    push_legacy(&mut key, FINAL.into(), FINAL, PATCH);
    key
}

fn push_legacy(key: &mut Vec<Cow<'static, str>>, part: Cow<'static, str>, end: &str, patch: &str) {
    if part.starts_with('*') {
        if *part < *end {
            while key.last().is_some_and(|last| last == patch) {
                key.pop();
            }
        }
        while key.last().is_some_and(|last| last == "00000000") {
            key.pop();
        }
    }
    key.push(part);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digit,
    Letter,
    Single,
    Other,
}

fn kind(byte: u8) -> Kind {
    match byte {
        b'0'..=b'9' => Kind::Digit,
        b'a'..=b'z' => Kind::Letter,
        b'.' | b'-' => Kind::Single,
        _ => Kind::Other,
    }
}

//! Versions of things without an ecosystem of their own: programs, firmware, Bitnami components.
//!
//! There is no specification; this is a tolerant reading that never refuses. Runs of digits are
//! numbers, runs of letters are words, other characters only separate. Missing numbers are zero.
//! A word makes a pre-release if it is a known one (`alpha`, `rc`, `SNAPSHOT`, …) or follows a `-`
//! or `~`; else it is later (`1.0.2k` of OpenSSL, `9.0p1` of OpenSSH). A number after `-` is a
//! revision (`7.0.5-3` of Bitnami). What follows `+` does not count.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_caseless, compare_numbers, is_zero, split_digits, split_while};

pub(super) struct Generic;

const ID: &str = "generic";

impl VersionScheme for Generic {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &[
            "generic",
            "bitnami",
            "github",
            "bitbucket",
            "gitlab",
            "docker",
            "oci",
            "conan",
            "conda",
            "cocoapods",
            "cpan",
            "luarocks",
            "opam",
            "bazel",
            "vscode-extension",
        ]
    }

    fn describe(&self) -> &'static str {
        "programs without an ecosystem, Bitnami components: numbers and words, read tolerantly"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (mut a, mut b) = (
            Tokens::parse(checked(ID, a)?),
            Tokens::parse(checked(ID, b)?),
        );
        loop {
            let order = match (a.next(), b.next()) {
                (None, None) => return Ok(Ordering::Equal),
                (Some(a), Some(b)) => a.compare(&b),
                (Some(a), None) => a.compare_to_end(),
                (None, Some(b)) => b.compare_to_end().reverse(),
            };
            if order.is_ne() {
                return Ok(order);
            }
        }
    }
}

/// Words that make a pre-release wherever they stand; ascending, those of a rank are one.
const PRE_WORDS: [(&[u8], u8); 14] = [
    (b"dev", 0),
    (b"snapshot", 0),
    (b"nightly", 0),
    (b"a", 1),
    (b"alpha", 1),
    (b"b", 2),
    (b"beta", 2),
    (b"m", 3),
    (b"milestone", 3),
    (b"pre", 4),
    (b"preview", 4),
    (b"c", 5),
    (b"cr", 5),
    (b"rc", 5),
];
/// Words that say nothing.
const RELEASE_WORDS: [&[u8]; 5] = [b"ga", b"final", b"release", b"stable", b"v"];

#[derive(Clone, Copy)]
enum Token<'a> {
    /// An unknown word that makes a pre-release.
    OtherPre(&'a [u8]),
    Pre(u8),
    /// A letter or word that makes a later version.
    Post(&'a [u8]),
    Revision(&'a [u8]),
    Number(&'a [u8]),
}

impl Token<'_> {
    fn class(&self) -> u8 {
        match self {
            Self::OtherPre(_) => 0,
            Self::Pre(_) => 1,
            Self::Post(_) => 3,
            Self::Revision(_) => 4,
            Self::Number(_) => 5,
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Revision(_))
    }

    fn is_zero_number(&self) -> bool {
        matches!(self, Self::Number(digits) | Self::Revision(digits) if is_zero(digits))
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) | (Self::Revision(a), Self::Revision(b)) => {
                compare_numbers(a, b)
            }
            (Self::Pre(a), Self::Pre(b)) => a.cmp(b),
            (Self::Post(a), Self::Post(b)) | (Self::OtherPre(a), Self::OtherPre(b)) => {
                compare_caseless(a, b)
            }
            (a, b) => a.class().cmp(&b.class()),
        }
    }

    fn compare_to_end(&self) -> Ordering {
        match self {
            Self::OtherPre(_) | Self::Pre(_) => Ordering::Less,
            Self::Post(_) | Self::Number(_) | Self::Revision(_) => Ordering::Greater,
        }
    }
}

/// The tokens, without the zeros at the end of each row of numbers: `1.0-rc1` is `1-rc1`.
#[derive(Clone)]
struct Tokens<'a> {
    rest: &'a [u8],
    is_first: bool,
    /// A pre-release has begun; numbers in it are no revisions.
    in_pre: bool,
}

impl<'a> Tokens<'a> {
    fn parse(text: &'a [u8]) -> Self {
        Self {
            rest: split_while(text, |byte| byte != b'+').0,
            is_first: true,
            in_pre: false,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let mut token = self.read()?;
        if token.is_zero_number() && self.only_zeros_follow() {
            while token.is_number() {
                token = self.read()?;
            }
        }
        Some(token)
    }
}

impl<'a> Tokens<'a> {
    /// Whether nothing but zeros comes before the next word or the end.
    fn only_zeros_follow(&self) -> bool {
        let mut ahead = self.clone();
        while let Some(token) = ahead.read() {
            if !token.is_number() {
                break;
            }
            if !token.is_zero_number() {
                return false;
            }
        }
        true
    }

    fn read(&mut self) -> Option<Token<'a>> {
        loop {
            let separates = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
            let (separators, rest) = split_while(self.rest, separates);
            let is_first = std::mem::take(&mut self.is_first);
            let after_hyphen = !is_first && matches!(separators.last(), Some(b'-' | b'~'));
            let (digits, after) = split_digits(rest);
            if !digits.is_empty() {
                self.rest = after;
                return Some(if after_hyphen && !self.in_pre {
                    Token::Revision(digits)
                } else {
                    Token::Number(digits)
                });
            }
            let is_letter = |byte: u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
            let (word, after) = split_while(rest, is_letter);
            self.rest = after;
            if word.is_empty() {
                return None;
            }
            if let Some(token) = self.word(word, after_hyphen || is_first, separators) {
                return Some(token);
            }
        }
    }

    fn word(&mut self, word: &'a [u8], after_hyphen: bool, separators: &[u8]) -> Option<Token<'a>> {
        let is = |known: &[u8]| known.eq_ignore_ascii_case(word);
        if RELEASE_WORDS.iter().any(|known| is(known)) {
            return None;
        }
        let followed_by_digit = self.rest.first().is_some_and(u8::is_ascii_digit);
        let pre = PRE_WORDS.iter().find(|(known, _)| is(known));
        // A single letter right behind a number is a patch level (`1.0.2a`), unless a number
        // follows (`1.0a1`).
        let is_patch_letter = word.len() == 1 && separators.is_empty() && !followed_by_digit;
        let token = match pre {
            Some((_, rank)) if !is_patch_letter => Token::Pre(*rank),
            _ if after_hyphen => Token::OtherPre(word),
            _ => return Some(Token::Post(word)),
        };
        self.in_pre = true;
        Some(token)
    }
}

//! Versions of Ruby gems: numbers and words between dots; a word makes a pre-release.
//!
//! Implements `Gem::Version` of RubyGems, and refuses what its `correct?` refuses, but for a word
//! right behind the first number (`1beta`), which old advisories have.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_numbers, is_number, is_zero, split_digits, split_while};

pub(super) struct Gem;

const ID: &str = "gem";

impl VersionScheme for Gem {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["gem"]
    }

    fn describe(&self) -> &'static str {
        "Ruby gems: `Gem::Version`, words make pre-releases"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (mut a, mut b) = (Segments::parse(a)?, Segments::parse(b)?);
        loop {
            let order = match (a.next(), b.next()) {
                (None, None) => return Ok(Ordering::Equal),
                // The shorter goes on with zeros; a word is before a number.
                (a, b) => compare_segments(a.unwrap_or(b"0"), b.unwrap_or(b"0")),
            };
            if order.is_ne() {
                return Ok(order);
            }
        }
    }
}

fn compare_segments(a: &[u8], b: &[u8]) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => compare_numbers(a, b),
        (false, false) => a.cmp(b),
        (a_is_number, b_is_number) => a_is_number.cmp(&b_is_number),
    }
}

/// The segments without the zeros right before the first word: `1.0.a` is `1.a`. Zeros at the end
/// need no care, the shorter version goes on with them.
struct Segments<'a> {
    rest: &'a [u8],
    /// The first word was read.
    in_words: bool,
}

impl<'a> Segments<'a> {
    fn parse(version: &'a str) -> Result<Self, VersionError> {
        let text = checked(ID, version)?;
        if !is_correct(text) {
            let reason = "it is not a number followed by numbers and words between dots";
            return Err(VersionError::new(ID, version, reason));
        }
        Ok(Self {
            rest: text,
            in_words: false,
        })
    }

    fn segment(&mut self) -> Option<&'a [u8]> {
        loop {
            match self.rest {
                [] => return None,
                [b'.', rest @ ..] => self.rest = rest,
                // RubyGems writes a hyphen as `.pre.`.
                [b'-', rest @ ..] => {
                    self.rest = rest;
                    return Some(b"pre");
                }
                [b'0'..=b'9', ..] => {
                    let (number, rest) = split_digits(self.rest);
                    self.rest = rest;
                    return Some(number);
                }
                _ => {
                    let (word, rest) = split_while(self.rest, |byte| byte.is_ascii_alphabetic());
                    self.rest = if word.is_empty() { &[] } else { rest };
                    return (!word.is_empty()).then_some(word);
                }
            }
        }
    }

    /// Whether, from here on, only zeros come before a word.
    fn zeros_before_word(&self) -> bool {
        let mut ahead = Self {
            rest: self.rest,
            in_words: true,
        };
        while let Some(segment) = ahead.segment() {
            if !is_number(segment) {
                return true;
            }
            if !is_zero(segment) {
                return false;
            }
        }
        false
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let mut segment = self.segment()?;
        if !self.in_words && is_number(segment) && is_zero(segment) && self.zeros_before_word() {
            while is_number(segment) {
                segment = self.segment()?;
            }
        }
        self.in_words |= !is_number(segment);
        Some(segment)
    }
}

/// `[0-9][0-9a-zA-Z]*(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?`
fn is_correct(text: &[u8]) -> bool {
    let (front, back) = split_while(text, |byte| byte != b'-');
    let is_word = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_alphanumeric);
    let is_hyphened = |part: &[u8]| {
        !part.is_empty()
            && part
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    front.first().is_some_and(u8::is_ascii_digit)
        && front.split(|byte| *byte == b'.').all(is_word)
        && match back {
            [] => true,
            [_, pre @ ..] => pre.split(|byte| *byte == b'.').all(is_hyphened),
        }
}

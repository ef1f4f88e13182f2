//! What the descendants of Semantic Versioning share: numbers, pre-release, build.
//!
//! Reads loosely: any count of numbers (missing ones are zero), of any length, zeros in front. The
//! schemes decide what else they let in.

use std::cmp::Ordering;

use crate::digits::{compare_numbers, is_number, split_digits};

/// A version of the form `N(.N)*[-pre][+build]`, borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loose<'a> {
    /// Numbers between dots.
    pub(crate) numbers: &'a [u8],
    pub(crate) pre: Option<&'a [u8]>,
    pub(crate) build: Option<&'a [u8]>,
}

impl<'a> Loose<'a> {
    /// The error is the reason. `bare_pre`: a pre-release may follow without a hyphen (`1.2.3beta`).
    pub(crate) fn parse(text: &'a [u8], bare_pre: bool) -> Result<Self, &'static str> {
        let (numbers, rest) = split_numbers(text).ok_or("it does not begin with a number")?;
        let (rest, build) = match rest.iter().position(|byte| *byte == b'+') {
            Some(plus) => {
                let (rest, build) = rest.split_at_checked(plus).unwrap_or((rest, &[]));
                (rest, build.get(1..))
            }
            None => (rest, None),
        };
        let pre = match rest {
            [] => None,
            [b'-', pre @ ..] if !bare_pre || identifiers(pre).all(is_identifier) => Some(pre),
            [b'.', ..] => return Err("a part of it is not a number"),
            // Loosely, the hyphen may also belong to the first identifier (`1.2.3-.1`).
            pre if bare_pre => Some(pre),
            _ => return Err("its numbers are not followed by `-` or `+`"),
        };
        if pre.is_some_and(|pre| !identifiers(pre).all(is_identifier)) {
            return Err("its pre-release is not made of letters, digits and hyphens between dots");
        }
        Ok(Self {
            numbers,
            pre,
            build,
        })
    }

    /// The order of Semantic Versioning; builds do not count.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_dotted(self.numbers, other.numbers).then_with(|| match (self.pre, other.pre) {
            (Some(a), Some(b)) => compare_identifiers(identifiers(a), identifiers(b)),
            // A pre-release comes before the release.
            (a, b) => b.is_some().cmp(&a.is_some()),
        })
    }
}

/// `1.2.3` in front, and what follows.
pub(crate) fn split_numbers(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, mut rest) = split_digits(text);
    if first.is_empty() {
        return None;
    }
    while let [b'.', after @ ..] = rest {
        let (number, after) = split_digits(after);
        if number.is_empty() {
            break;
        }
        rest = after;
    }
    text.split_at_checked(text.len() - rest.len())
}

/// Orders numbers between dots; missing ones are zero.
pub(crate) fn compare_dotted(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (a.split(|byte| *byte == b'.'), b.split(|byte| *byte == b'.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => compare_numbers(a.unwrap_or_default(), b.unwrap_or_default()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The identifiers of a pre-release or a build.
pub(crate) fn identifiers(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'.')
}

/// Orders identifiers as Semantic Versioning 2.0.0, section 11 does: numbers by value and before
/// words, words by their bytes, fewer before more.
pub(crate) fn compare_identifiers<'a>(
    mut a: impl Iterator<Item = &'a [u8]>,
    mut b: impl Iterator<Item = &'a [u8]>,
) -> Ordering {
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match (is_number(a), is_number(b)) {
                (true, true) => compare_numbers(a, b),
                (false, false) => a.cmp(b),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn is_identifier(text: &[u8]) -> bool {
    !text.is_empty()
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

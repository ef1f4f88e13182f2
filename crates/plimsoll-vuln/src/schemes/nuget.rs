//! Versions of NuGet packages: one to four numbers, a Semantic Versioning 2 pre-release, a build.
//!
//! Implements `NuGetVersion` and its default comparer: labels without regard to case, builds do
//! not count, a label is a number when it fits a 32-bit integer. Numbers longer than NuGet's are
//! read too.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_caseless, without_zeros};
use crate::loose::{Loose, compare_dotted, identifiers};

pub(super) struct Nuget;

const ID: &str = "nuget";

/// Most numbers in a version: major, minor, patch, revision.
const NUMBERS_MAX: usize = 4;

impl VersionScheme for Nuget {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["nuget"]
    }

    fn describe(&self) -> &'static str {
        ".NET packages: up to four numbers and SemVer 2 labels in any case (NuGetVersion)"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (a, b) = (parse(a)?, parse(b)?);
        Ok(
            compare_dotted(a.numbers, b.numbers).then_with(|| match (a.pre, b.pre) {
                (Some(a), Some(b)) => compare_labels(a, b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }),
        )
    }
}

fn parse(version: &str) -> Result<Loose<'_>, VersionError> {
    let refuse = |reason| VersionError::new(ID, version, reason);
    let text = match checked(ID, version)? {
        [b'v' | b'V', rest @ ..] => rest,
        text => text,
    };
    let loose = Loose::parse(text, false).map_err(refuse)?;
    if identifiers(loose.numbers).count() > NUMBERS_MAX {
        return Err(refuse("it has more than four numbers"));
    }
    Ok(loose)
}

fn compare_labels(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (identifiers(a), identifiers(b));
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) => match (small_number(a), small_number(b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                (None, None) => compare_caseless(a, b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Most digits of a 32-bit integer.
const DIGITS_MAX: usize = 10;

/// What .NET's `int.TryParse` makes of a label; it takes a sign, and a hyphen is one.
fn small_number(label: &[u8]) -> Option<i64> {
    let (sign, digits) = match label {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = without_zeros(digits);
    if digits.len() > DIGITS_MAX {
        return None;
    }
    let number = digits
        .iter()
        .fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0'));
    i32::try_from(sign * number).ok().map(i64::from)
}

//! RPM versions: `[epoch:]version[-release]`.
//!
//! Implements `rpm-version(7)` and librpm's `rpmvercmp`: runs of digits and of letters, everything
//! else only separates, `~` before the end, `^` after it but before anything more. A missing
//! release is lower than any release, as librpm orders whole versions; that a dependency without a
//! release matches each of them is not the order's business.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_numbers, split_digits, split_while};

pub(super) struct Rpm;

const ID: &str = "rpm";

impl VersionScheme for Rpm {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["rpm"]
    }

    fn describe(&self) -> &'static str {
        "RPM packages: epoch, version, release, with `~` and `^` (rpm-version(7))"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (a, b) = (Evr::parse(checked(ID, a)?), Evr::parse(checked(ID, b)?));
        Ok(compare_numbers(a.epoch, b.epoch)
            .then_with(|| compare_part(a.version, b.version))
            .then_with(|| match (a.release, b.release) {
                (Some(a), Some(b)) => compare_part(a, b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            }))
    }
}

struct Evr<'a> {
    epoch: &'a [u8],
    version: &'a [u8],
    release: Option<&'a [u8]>,
}

impl<'a> Evr<'a> {
    fn parse(text: &'a [u8]) -> Self {
        let (epoch, rest) = match split_digits(text) {
            (epoch, [b':', rest @ ..]) => (epoch, rest),
            _ => (&[][..], text),
        };
        let (version, release) = match rest.iter().rposition(|byte| *byte == b'-') {
            Some(dash) => {
                let (version, release) = rest.split_at_checked(dash).unwrap_or((rest, &[]));
                (version, Some(release.get(1..).unwrap_or_default()))
            }
            None => (rest, None),
        };
        Self {
            epoch,
            version,
            release,
        }
    }
}

fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    let separates = |byte: u8| !byte.is_ascii_alphanumeric() && byte != b'~' && byte != b'^';
    loop {
        (a, b) = (split_while(a, separates).1, split_while(b, separates).1);
        match (a, b) {
            ([b'~', rest_a @ ..], [b'~', rest_b @ ..])
            | ([b'^', rest_a @ ..], [b'^', rest_b @ ..]) => {
                (a, b) = (rest_a, rest_b);
                continue;
            }
            ([b'~', ..], _) | ([], [b'^', ..]) => return Ordering::Less,
            (_, [b'~', ..]) | ([b'^', ..], []) => return Ordering::Greater,
            ([b'^', ..], _) => return Ordering::Less,
            (_, [b'^', ..]) => return Ordering::Greater,
            ([], []) => return Ordering::Equal,
            ([], _) => return Ordering::Less,
            (_, []) => return Ordering::Greater,
            _ => {}
        }
        let (number_a, after_a) = split_digits(a);
        let (number_b, after_b) = split_digits(b);
        let order = match (number_a.is_empty(), number_b.is_empty()) {
            (false, false) => {
                (a, b) = (after_a, after_b);
                compare_numbers(number_a, number_b)
            }
            // A number is newer than a word.
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => {
                let (word_a, after_a) = split_while(a, |byte| byte.is_ascii_alphabetic());
                let (word_b, after_b) = split_while(b, |byte| byte.is_ascii_alphabetic());
                (a, b) = (after_a, after_b);
                word_a.cmp(word_b)
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

//! Debian package versions: `[epoch:]upstream[-revision]`.
//!
//! Implements the order of Debian Policy 5.6.12 and `deb-version(7)`. Accepts what `dpkg
//! --compare-versions` accepts, including letters in front and odd characters, which dpkg only
//! warns about; refuses what dpkg refuses.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_numbers, is_number, split_digits, split_while, without_zeros};

pub(super) struct Dpkg;

const ID: &str = "dpkg";

/// Decimal digits of the highest epoch, `INT_MAX`.
const EPOCH_MAX: &[u8] = b"2147483647";

impl VersionScheme for Dpkg {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["deb"]
    }

    fn describe(&self) -> &'static str {
        "Debian packages: epoch, upstream version, revision, `~` before the end (deb-version(7))"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (a, b) = (Version::parse(a)?, Version::parse(b)?);
        Ok(compare_numbers(a.epoch, b.epoch)
            .then_with(|| compare_part(a.upstream, b.upstream))
            .then_with(|| compare_part(a.revision, b.revision)))
    }
}

struct Version<'a> {
    epoch: &'a [u8],
    upstream: &'a [u8],
    revision: &'a [u8],
}

impl<'a> Version<'a> {
    fn parse(version: &'a str) -> Result<Self, VersionError> {
        let refuse = |reason: &str| VersionError::new(ID, version, reason);
        let text = checked(ID, version)?;
        if text.iter().any(u8::is_ascii_whitespace) {
            return Err(refuse("it has white space inside"));
        }
        let (epoch, rest) = match text.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let (epoch, rest) = text.split_at_checked(colon).unwrap_or((text, &[]));
                (Some(epoch), rest.get(1..).unwrap_or_default())
            }
            None => (None, text),
        };
        if let Some(epoch) = epoch {
            if !is_number(epoch) {
                return Err(refuse("its epoch is not a number"));
            }
            if compare_numbers(epoch, EPOCH_MAX).is_gt() {
                return Err(refuse("its epoch is too big"));
            }
        }
        let (upstream, revision) = match rest.iter().rposition(|byte| *byte == b'-') {
            Some(dash) => {
                let (upstream, revision) = rest.split_at_checked(dash).unwrap_or((rest, &[]));
                let revision = revision.get(1..).unwrap_or_default();
                if revision.is_empty() {
                    return Err(refuse("its revision is empty"));
                }
                (upstream, revision)
            }
            None => (rest, &[][..]),
        };
        if upstream.is_empty() {
            return Err(refuse("its upstream version is empty"));
        }
        Ok(Self {
            epoch: epoch.unwrap_or_default(),
            upstream,
            revision,
        })
    }
}

/// Text and numbers by turns: text by the modified ASCII order, numbers by value.
fn compare_part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let (text_a, rest_a) = split_while(a, |byte| !byte.is_ascii_digit());
        let (text_b, rest_b) = split_while(b, |byte| !byte.is_ascii_digit());
        let order = compare_text(text_a, text_b);
        if order.is_ne() {
            return order;
        }
        let (number_a, rest_a) = split_digits(rest_a);
        let (number_b, rest_b) = split_digits(rest_b);
        let order = compare_numbers(without_zeros(number_a), without_zeros(number_b));
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

fn compare_text(a: &[u8], b: &[u8]) -> Ordering {
    let weights = |text: &[u8], at: usize| text.get(at).map_or(0, |byte| weight(*byte));
    (0..a.len().max(b.len()))
        .map(|at| weights(a, at).cmp(&weights(b, at)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// `~` before the end of the text (0), letters before everything else.
fn weight(byte: u8) -> i16 {
    match byte {
        b'~' => -1,
        byte if byte.is_ascii_alphabetic() => i16::from(byte),
        byte => i16::from(byte) + 256,
    }
}

//! Versions of R packages: numbers between `.` and `-`.
//!
//! Implements R's `package_version`: the separators mean the same, and more numbers are later.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_numbers, is_number};

pub(super) struct Cran;

const ID: &str = "cran";

impl VersionScheme for Cran {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["cran"]
    }

    fn describe(&self) -> &'static str {
        "R packages: numbers between `.` and `-` (package_version)"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let numbers = |version| numbers(ID, version, |byte| matches!(byte, b'.' | b'-'));
        Ok(compare_all(numbers(a)?, numbers(b)?))
    }
}

/// The numbers between separators.
pub(super) fn numbers<'a>(
    scheme: &'static str,
    version: &'a str,
    separates: impl Fn(&u8) -> bool + Copy,
) -> Result<impl Iterator<Item = &'a [u8]>, VersionError> {
    let text = checked(scheme, version)?;
    if text.split(separates).all(is_number) {
        Ok(text.split(separates))
    } else {
        let reason = "it is not made of numbers between separators";
        Err(VersionError::new(scheme, version, reason))
    }
}

/// Number by number; the longer is later where the shorter ends.
pub(super) fn compare_all<'a>(
    mut a: impl Iterator<Item = &'a [u8]>,
    mut b: impl Iterator<Item = &'a [u8]>,
) -> Ordering {
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) => compare_numbers(a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

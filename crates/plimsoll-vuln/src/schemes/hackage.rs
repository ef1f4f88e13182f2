//! Versions of Haskell packages: numbers between dots.
//!
//! Implements the Haskell Package Versioning Policy: number by number, and more numbers are later
//! (`1.0 < 1.0.0`).

use std::cmp::Ordering;

use super::cran::{compare_all, numbers};
use super::{VersionError, VersionScheme};

pub(super) struct Hackage;

const ID: &str = "hackage";

impl VersionScheme for Hackage {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["hackage", "ghc"]
    }

    fn describe(&self) -> &'static str {
        "Haskell packages: numbers between dots (Package Versioning Policy)"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let numbers = |version| numbers(ID, version, |byte| *byte == b'.');
        Ok(compare_all(numbers(a)?, numbers(b)?))
    }
}

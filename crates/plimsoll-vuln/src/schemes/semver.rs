//! Semantic Versioning 2.0.0: `major.minor.patch[-pre][+build]`.
//!
//! Read loosely, for data from outside is loose: a `v` in front, missing or further numbers,
//! numbers of any length. The order of well-formed versions is exactly the specification's.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::loose::Loose;

pub(super) struct Semver;

const ID: &str = "semver";

impl VersionScheme for Semver {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["cargo", "hex", "swift", "julia", "githubactions", "otp"]
    }

    fn describe(&self) -> &'static str {
        "Rust, Erlang, Swift and Julia packages: Semantic Versioning 2.0.0, read loosely"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        Ok(parse(a)?.compare(&parse(b)?))
    }
}

fn parse(version: &str) -> Result<Loose<'_>, VersionError> {
    let text = match checked(ID, version)? {
        [b'v' | b'V', rest @ ..] => rest,
        text => text,
    };
    Loose::parse(text, false).map_err(|reason| VersionError::new(ID, version, reason))
}

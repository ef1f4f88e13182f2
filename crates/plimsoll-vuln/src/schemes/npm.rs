//! Versions of npm packages: Semantic Versioning as npm's `semver` reads it in loose mode.
//!
//! `=`, `v` and blanks in front and a pre-release without its hyphen (`1.2.3beta`) are let in, as
//! there. Beyond it: missing numbers, further numbers, and numbers past JavaScript's 2^53, which
//! advisories contain.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::split_while;
use crate::loose::Loose;

pub(super) struct Npm;

const ID: &str = "npm";

impl VersionScheme for Npm {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["npm"]
    }

    fn describe(&self) -> &'static str {
        "npm packages: Semantic Versioning with the loose spellings of npm's `semver`"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        Ok(parse(a)?.compare(&parse(b)?))
    }
}

fn parse(version: &str) -> Result<Loose<'_>, VersionError> {
    let is_front = |byte: u8| matches!(byte, b'v' | b'V' | b'=') || byte.is_ascii_whitespace();
    let text = split_while(checked(ID, version)?, is_front).1;
    Loose::parse(text, true).map_err(|reason| VersionError::new(ID, version, reason))
}

//! Versions of Dart packages (pub.dev): Semantic Versioning in which builds are ordered too.
//!
//! Implements the order of Dart's `pub_semver`: a build makes a version later than the same one
//! without.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::loose::{Loose, compare_identifiers, identifiers};

pub(super) struct PubDev;

const ID: &str = "pub";

impl VersionScheme for PubDev {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["pub"]
    }

    fn describe(&self) -> &'static str {
        "Dart packages: Semantic Versioning in which the build counts (pub_semver)"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (a, b) = (parse(a)?, parse(b)?);
        Ok(a.compare(&b).then_with(|| match (a.build, b.build) {
            (Some(a), Some(b)) => compare_identifiers(identifiers(a), identifiers(b)),
            (a, b) => a.is_some().cmp(&b.is_some()),
        }))
    }
}

fn parse(version: &str) -> Result<Loose<'_>, VersionError> {
    let text = match checked(ID, version)? {
        [b'v' | b'V', rest @ ..] => rest,
        text => text,
    };
    Loose::parse(text, false).map_err(|reason| VersionError::new(ID, version, reason))
}

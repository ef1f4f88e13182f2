//! Version schemes: how the versions of an ecosystem are ordered. One file each, and the
//! written-out list.

use std::cmp::Ordering;

/// Every scheme, sorted by id. A test holds this list against the folder.
pub const SCHEMES: &[&dyn VersionScheme] = &[];

/// The scheme with this id.
pub fn scheme(id: &str) -> Option<&'static dyn VersionScheme> {
    SCHEMES.iter().copied().find(|scheme| scheme.id() == id)
}

/// The scheme that orders the versions of an ecosystem (purl type).
pub fn scheme_of(purl_type: &str) -> Option<&'static dyn VersionScheme> {
    SCHEMES
        .iter()
        .copied()
        .find(|scheme| scheme.purl_types().contains(&purl_type))
}

/// A version that the scheme cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse {scheme} version `{version}`: {reason}")]
pub struct VersionError {
    pub scheme: &'static str,
    pub version: String,
    pub reason: String,
}

/// A total order over the versions of an ecosystem.
pub trait VersionScheme: Sync {
    /// `dpkg`, `rpm`, `apk`, `pep440`, `semver`, `npm`, `maven`, `go`, `gem`, `composer`, `nuget`.
    fn id(&self) -> &'static str;

    /// The purl types whose versions it orders.
    fn purl_types(&self) -> &'static [&'static str];

    /// One line for the documentation, with the specification.
    fn describe(&self) -> &'static str;

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError>;
}

//! Version schemes: how the versions of an ecosystem are ordered. One file each, and the
//! written-out list.
//!
//! Matching compares millions of pairs, so a comparison reads the two texts as they are and, but
//! for Maven's and the odd spellings of PyPI and Composer, allocates nothing.

use std::cmp::Ordering;

mod apk;
mod composer;
mod cran;
mod dpkg;
mod gem;
mod generic;
mod go;
mod hackage;
mod maven;
mod npm;
mod nuget;
mod pep440;
mod pub_dev;
mod rpm;
mod semver;

pub(crate) use pep440::Version as PythonVersion;

/// Every scheme, sorted by id. A test holds this list against the folder.
pub const SCHEMES: &[&dyn VersionScheme] = &[
    &apk::Apk,
    &composer::Composer,
    &cran::Cran,
    &dpkg::Dpkg,
    &gem::Gem,
    &generic::Generic,
    &go::Go,
    &hackage::Hackage,
    &maven::Maven,
    &npm::Npm,
    &nuget::Nuget,
    &pep440::Pep440,
    &pub_dev::PubDev,
    &rpm::Rpm,
    &semver::Semver,
];

/// Longest version that is read, in bytes. Far above any real one (git hashes and dates included);
/// keeps what recursion and key building cost bounded.
pub const VERSION_BYTES_MAX: usize = 1024;

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
    /// Cut to a length that can be shown.
    pub version: String,
    pub reason: String,
}

impl VersionError {
    fn new(scheme: &'static str, version: &str, reason: impl Into<String>) -> Self {
        const SHOWN_CHARS_MAX: usize = 80;
        Self {
            scheme,
            version: plimsoll_model::text::clean(version)
                .chars()
                .take(SHOWN_CHARS_MAX)
                .collect(),
            reason: reason.into(),
        }
    }
}

/// A total order over the versions of an ecosystem.
pub trait VersionScheme: Sync {
    /// `dpkg`, `rpm`, `apk`, `pep440`, `semver`, `npm`, `maven`, `go`, `gem`, `composer`, `nuget`.
    fn id(&self) -> &'static str;

    /// The purl types whose versions it orders.
    fn purl_types(&self) -> &'static [&'static str];

    /// One line for the documentation, with the specification.
    fn describe(&self) -> &'static str;

    /// The order in which packages and advisories are matched.
    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError>;

    /// The order of the two texts as they stand, where the ecosystem's resolver first rewrites
    /// versions and its comparator does not (Composer); else the same as [`Self::compare`].
    fn compare_as_written(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        self.compare(a, b)
    }
}

/// Sorts versions in the order of a scheme; what it cannot read keeps its place among its
/// neighbours.
///
/// By insertion: the standard sort may panic on an order that runs in circles, as Maven's does in
/// odd corners, and advisories come from outside.
pub fn sort<T: AsRef<str>>(scheme: &dyn VersionScheme, versions: &mut [T]) {
    for end in 1..versions.len() {
        for place in (1..=end).rev() {
            let (Some(before), Some(this)) = (versions.get(place - 1), versions.get(place)) else {
                break;
            };
            let order = scheme.compare(before.as_ref(), this.as_ref());
            if !order.is_ok_and(Ordering::is_gt) {
                break;
            }
            versions.swap(place - 1, place);
        }
    }
}

/// The text without white space around it, if it is neither empty nor too long.
fn checked<'a>(scheme: &'static str, version: &'a str) -> Result<&'a [u8], VersionError> {
    let text = version.trim_ascii();
    if text.is_empty() {
        return Err(VersionError::new(scheme, version, "it is empty"));
    }
    if text.len() > VERSION_BYTES_MAX {
        let reason = format!("it is longer than {VERSION_BYTES_MAX} bytes");
        return Err(VersionError::new(scheme, version, reason));
    }
    Ok(text.as_bytes())
}

#[cfg(test)]
mod tests;

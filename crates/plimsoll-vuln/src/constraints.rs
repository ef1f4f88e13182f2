//! Version constraints as the ecosystems write them, read into ranges.
//!
//! One function for each dialect. A range says which versions satisfy the constraint in the order
//! of the ecosystem's scheme, pre-releases included: what a resolver would rather not install is
//! no less vulnerable. Constraints about branches, URLs or files are errors, not empty ranges.
//! [`complement`] turns what is patched into what is affected.

mod cargo;
mod comparators;
mod composer;
mod gem;
mod interval;
mod maven;
mod npm;
mod partial;
mod pep440;

use crate::schemes::scheme;
use crate::{Range, VersionError, VersionScheme};
use interval::Set;

/// Longest constraint that is read, in bytes.
pub const CONSTRAINT_BYTES_MAX: usize = 8192;

/// A constraint that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse {dialect} version constraint `{text}`: {reason}")]
pub struct ConstraintError {
    pub dialect: &'static str,
    /// Cut to a length that can be shown.
    pub text: String,
    pub reason: String,
}

/// npm: `^1.2 || >=2 <3`, `~1.2.3`, `1.x`, `1.2 - 2.3`; as `semver` with `includePrerelease` and
/// `loose` on, which is how `npm audit` reads advisories.
pub fn npm(text: &str) -> Result<Vec<Range>, ConstraintError> {
    read("npm", "npm", text, npm::parse)
}

/// RubyGems: `~> 1.2.3`, `>= 2, < 3`, `!= 1.4`.
pub fn gem(text: &str) -> Result<Vec<Range>, ConstraintError> {
    read("gem", "gem", text, gem::parse)
}

/// Composer: `>=1.0,<2|^3`, `~1.2`, `1.0 - 2.0`, `1.2.*`.
pub fn composer(text: &str) -> Result<Vec<Range>, ConstraintError> {
    read("composer", "composer", text, composer::parse)
}

/// Python, PEP 440: `<1.2,>=1,!=1.1`, `==1.*`, `~=1.4.2`. Local versions are not asked for.
pub fn pep440(text: &str) -> Result<Vec<Range>, ConstraintError> {
    read("pep440", "pep440", text, pep440::parse)
}

/// Cargo: `^1.2`, `>=1, <2`, `~1.2`, `1.*`; a bare version means `^`.
pub fn cargo(text: &str) -> Result<Vec<Range>, ConstraintError> {
    read("cargo", "semver", text, cargo::parse)
}

/// Maven: `[1.0,2.0)`, `(,1.0],[1.2,)`, `[1.5]`; a bare version means exactly that one.
pub fn maven(text: &str) -> Result<Vec<Range>, ConstraintError> {
    read("maven", "maven", text, maven::parse)
}

/// NuGet: Maven's brackets; a bare version means that one or later.
pub fn nuget(text: &str) -> Result<Vec<Range>, ConstraintError> {
    read("nuget", "nuget", text, maven::parse_nuget)
}

/// Comparators in the order of any scheme: `>= 1.0, < 2.0 || = 3`. Blanks, commas and `&&` mean
/// and, `||` means or, a bare version means exactly that one, `*` any.
pub fn comparators(scheme: &dyn VersionScheme, text: &str) -> Result<Vec<Range>, ConstraintError> {
    parse_with("comparators", scheme, text, comparators::parse)
}

/// The versions in none of the ranges.
pub fn complement(
    scheme: &dyn VersionScheme,
    ranges: &[Range],
) -> Result<Vec<Range>, VersionError> {
    let set = Set::from_ranges(ranges).complement(scheme)?;
    Ok(set.into_ranges())
}

/// The versions in both.
pub fn intersection(
    scheme: &dyn VersionScheme,
    a: &[Range],
    b: &[Range],
) -> Result<Vec<Range>, VersionError> {
    let set = Set::from_ranges(a).intersect(&Set::from_ranges(b), scheme)?;
    Ok(set.into_ranges())
}

/// The same versions in the fewest ranges, ascending.
pub fn union(scheme: &dyn VersionScheme, ranges: &[Range]) -> Result<Vec<Range>, VersionError> {
    Ok(Set::from_ranges(ranges).merge(scheme)?.into_ranges())
}

/// Why a dialect cannot read a constraint; a clause.
#[derive(Debug)]
struct Reason(String);

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<VersionError> for Reason {
    fn from(error: VersionError) -> Self {
        Self(error.to_string())
    }
}

type Parse = fn(&str, &dyn VersionScheme) -> Result<Set, Reason>;

fn read(
    dialect: &'static str,
    scheme_id: &str,
    text: &str,
    parse: Parse,
) -> Result<Vec<Range>, ConstraintError> {
    let Some(scheme) = scheme(scheme_id) else {
        return Err(error(dialect, text, "its version scheme is missing".into()));
    };
    let mut ranges = parse_with(dialect, scheme, text, parse)?;
    // As a lower end, `0` is OSV's word for every version, pre-releases of 0 included.
    for range in &mut ranges {
        if range.introduced.as_deref() == Some("0") {
            range.introduced = Some("0.0".to_owned());
        }
    }
    Ok(ranges)
}

fn parse_with(
    dialect: &'static str,
    scheme: &dyn VersionScheme,
    text: &str,
    parse: Parse,
) -> Result<Vec<Range>, ConstraintError> {
    if text.len() > CONSTRAINT_BYTES_MAX {
        let reason = format!("it is longer than {CONSTRAINT_BYTES_MAX} bytes");
        return Err(error(dialect, text, reason.into()));
    }
    parse(text, scheme)
        .and_then(|set| Ok(set.merge(scheme)?))
        .map(Set::into_ranges)
        .map_err(|reason| error(dialect, text, reason))
}

fn error(dialect: &'static str, text: &str, reason: Reason) -> ConstraintError {
    const SHOWN_CHARS_MAX: usize = 120;
    ConstraintError {
        dialect,
        text: plimsoll_model::text::clean(text)
            .chars()
            .take(SHOWN_CHARS_MAX)
            .collect(),
        reason: reason.0,
    }
}

/// What two dialects have in common: alternatives of conjunctions.
fn any_of<'a>(
    alternatives: impl Iterator<Item = &'a str>,
    scheme: &dyn VersionScheme,
    parse: impl Fn(&str, &dyn VersionScheme) -> Result<Set, Reason>,
) -> Result<Set, Reason> {
    let mut set = Set::default();
    for alternative in alternatives {
        set.extend(parse(alternative, scheme)?);
    }
    Ok(set)
}

/// The versions that satisfy all of the terms.
fn all_of<'a>(
    terms: impl Iterator<Item = &'a str>,
    scheme: &dyn VersionScheme,
    parse: impl Fn(&str) -> Result<Set, Reason>,
) -> Result<Set, Reason> {
    let mut set = Set::everything();
    for term in terms {
        set = set.intersect(&parse(term)?, scheme)?;
    }
    Ok(set)
}

#[cfg(test)]
mod tests;

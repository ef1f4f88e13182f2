//! Whether a range holds a version.

use std::cmp::Ordering;

use crate::{Range, VersionError, VersionScheme};

/// Whether the range holds the version, by the order of the scheme.
pub fn holds(
    scheme: &dyn VersionScheme,
    range: &Range,
    version: &str,
) -> Result<bool, VersionError> {
    if let Some(introduced) = &range.introduced
        && scheme.compare(version, introduced)? == Ordering::Less
    {
        return Ok(false);
    }
    if let Some(fixed) = &range.fixed
        && scheme.compare(version, fixed)? != Ordering::Less
    {
        return Ok(false);
    }
    if let Some(last_affected) = &range.last_affected
        && scheme.compare(version, last_affected)? == Ordering::Greater
    {
        return Ok(false);
    }
    Ok(true)
}

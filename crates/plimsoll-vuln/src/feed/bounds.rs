//! Ranges of feeds that write constraints: what is affected where only the opposite is told, and
//! ends that a person can follow.

use crate::constraints::{ConstraintError, complement};
use crate::schemes::scheme;
use crate::{Range, VersionScheme};

/// The versions that satisfy none of the constraints: all of them, where there is none.
pub(crate) fn outside<'a>(
    scheme_id: &str,
    parse: fn(&str) -> Result<Vec<Range>, ConstraintError>,
    constraints: impl Iterator<Item = &'a str>,
) -> Result<Vec<Range>, String> {
    let scheme: &dyn VersionScheme = scheme(scheme_id).ok_or("its version scheme is missing")?;
    let mut fine = Vec::new();
    for constraint in constraints {
        fine.extend(parse(constraint).map_err(|error| error.to_string())?);
    }
    let mut ranges = complement(scheme, &fine).map_err(|error| error.to_string())?;
    plain_ends(&mut ranges);
    Ok(ranges)
}

/// Turns the lowest pre-release of a version (`5.4.53-dev`, `2.0.0-0`, `1.3.A`), which dialects
/// mean by "before it", into the version itself where a range ends: that is what a person can
/// upgrade to. Its own pre-releases thereby count as affected.
pub(crate) fn plain_ends(ranges: &mut [Range]) {
    for range in ranges {
        let Some(fixed) = &mut range.fixed else {
            continue;
        };
        for lowest in ["-dev", "-0", ".A"] {
            if let Some(plain) = fixed.strip_suffix(lowest)
                && plain.ends_with(|last: char| last.is_ascii_digit())
            {
                *fixed = plain.to_owned();
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_versions_to_upgrade_to() {
        let end = |fixed: &str| {
            let mut ranges = [Range {
                introduced: Some("1.0.0-0".to_owned()),
                fixed: Some(fixed.to_owned()),
                ..Range::default()
            }];
            plain_ends(&mut ranges);
            ranges[0].fixed.clone().unwrap()
        };
        assert_eq!(end("5.4.53-dev"), "5.4.53");
        assert_eq!(end("2.0.0-0"), "2.0.0");
        assert_eq!(end("1.3.A"), "1.3");
        assert_eq!(end("2.0.0-rc.1"), "2.0.0-rc.1");
        assert_eq!(end("dev-master"), "dev-master");
    }
}

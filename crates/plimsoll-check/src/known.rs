//! What an id in an inline allowance is.

use plimsoll_object::allow::Known;

use crate::checks::CHECKS;
use crate::fields::nearest;
use crate::options::Options;

/// Whether a check has this id, and whether it was run.
pub fn known(id: &str, options: Options<'_>) -> Known<'static> {
    let is_called = |name: &&str| name.eq_ignore_ascii_case(id);
    let check = CHECKS
        .iter()
        .find(|check| is_called(&check.id) || check.aliases.iter().any(is_called));
    match check {
        Some(check) if options.wants(check) => Known::LookedFor,
        Some(_) => Known::NotLookedFor,
        None if options.elsewhere.iter().any(is_called) => Known::Elsewhere,
        None => Known::Nowhere {
            nearest: nearest(id, CHECKS.iter().map(|check| check.id)),
        },
    }
}

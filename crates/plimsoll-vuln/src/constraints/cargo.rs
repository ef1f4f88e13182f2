//! Cargo's requirements (the `semver` crate).
//!
//! Requirements say here what is patched or not affected, so pre-releases at the ends are left
//! out, as Cargo leaves them out: neither `>=1.2` nor `<1.2` contains 1.2.0-beta.

use super::interval::{Operator, Set};
use super::partial::Partial;
use super::{Reason, all_of};
use crate::VersionScheme;

pub(super) fn parse(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    all_of(text.split(','), scheme, term)
}

fn term(text: &str) -> Result<Set, Reason> {
    let text = text.trim();
    let operators = ["<=", ">=", "<", ">", "~", "^", "="];
    let (operator, version) = operators
        .iter()
        .find_map(|operator| Some((*operator, text.strip_prefix(operator)?)))
        .unwrap_or(("", text));
    let partial = Partial::parse(version.trim(), false)?;
    let whole = partial.patch.is_some();
    let bounded = |high: Option<String>| match high {
        Some(high) => Set::between(partial.lowest(), high),
        None => Set::everything(),
    };
    Ok(match operator {
        "" if !whole && text.contains(['*', 'x', 'X']) => bounded(partial.ceiling()?),
        "" | "^" => bounded(partial.caret_ceiling()?),
        "~" => bounded(partial.tilde_ceiling()?),
        "=" if whole => Set::by(Operator::Equal, &partial.lowest()),
        "=" => bounded(partial.ceiling()?),
        "<" if partial.pre.is_some() => Set::by(Operator::Less, &partial.lowest()),
        "<" => Set::by(Operator::Less, &format!("{}-0", partial.lowest())),
        ">=" => Set::by(Operator::GreaterOrEqual, &partial.lowest()),
        "<=" if whole => Set::by(Operator::LessOrEqual, &partial.lowest()),
        ">" if whole => Set::by(Operator::Greater, &partial.lowest()),
        "<=" => match partial.ceiling()? {
            Some(ceiling) => Set::by(Operator::Less, &ceiling),
            None => Set::everything(),
        },
        _ => match partial.ceiling()? {
            Some(ceiling) => Set::by(Operator::GreaterOrEqual, ceiling.trim_end_matches("-0")),
            None => Set::default(),
        },
    })
}

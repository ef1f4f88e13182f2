//! Maven's and NuGet's bracket ranges.

use super::Reason;
use super::interval::{Operator, Set};
use crate::VersionScheme;

/// Maven: a bare version means exactly that one, which is how advisories use it.
pub(super) fn parse(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    brackets(text, scheme, Operator::Equal)
}

/// NuGet: a bare version is the lowest that will do.
pub(super) fn parse_nuget(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    brackets(text, scheme, Operator::GreaterOrEqual)
}

fn brackets(text: &str, scheme: &dyn VersionScheme, bare: Operator) -> Result<Set, Reason> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("it is empty".into());
    }
    let mut set = Set::default();
    while !rest.is_empty() {
        if rest.starts_with(['[', '(']) {
            let end = rest.find([']', ')']).ok_or("a bracket is not closed")?;
            let (inside, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            let closed = (inside.starts_with('['), after.starts_with(']'));
            let inside = inside.get(1..).unwrap_or_default();
            set.extend(range(inside, closed, scheme)?);
            rest = after.get(1..).unwrap_or_default();
        } else {
            let end = rest.find([',', '[', '(']).unwrap_or(rest.len());
            let (version, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            let version = version.trim();
            if version.is_empty() || version.contains(char::is_whitespace) {
                return Err(format!("`{rest}` is no range").into());
            }
            set.extend(Set::by(bare, version));
            rest = after;
        }
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
        }
    }
    Ok(set)
}

/// The inside of a pair of brackets, and whether each of them includes its end.
fn range(
    inside: &str,
    (low_closed, high_closed): (bool, bool),
    scheme: &dyn VersionScheme,
) -> Result<Set, Reason> {
    let Some((low, high)) = inside.split_once(',') else {
        let version = inside.trim();
        if low_closed && high_closed && !version.is_empty() {
            return Ok(Set::by(Operator::Equal, version));
        }
        return Err("a single version needs closed brackets".into());
    };
    let (low, high) = (low.trim(), high.trim());
    if high.contains([',', '[', '(']) {
        return Err("a range has two ends".into());
    }
    let mut set = Set::everything();
    if !low.is_empty() {
        let operator = if low_closed {
            Operator::GreaterOrEqual
        } else {
            Operator::Greater
        };
        set = set.intersect(&Set::by(operator, low), scheme)?;
    }
    if !high.is_empty() {
        let operator = if high_closed {
            Operator::LessOrEqual
        } else {
            Operator::Less
        };
        set = set.intersect(&Set::by(operator, high), scheme)?;
    }
    Ok(set)
}

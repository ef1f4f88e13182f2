//! npm's ranges (`node-semver`), loose, pre-releases included.

use super::interval::{Operator, Set};
use super::partial::Partial;
use super::{Reason, all_of, any_of};
use crate::VersionScheme;

pub(super) fn parse(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    any_of(text.split("||"), scheme, alternative)
}

fn alternative(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    if let Some((from, to)) = hyphen(text) {
        let from = partial(from)?;
        let to = partial(to)?;
        // A whole version at the low end lets its pre-releases in, too.
        let low = match (from.major, from.pre) {
            (None, _) => Set::everything(),
            (_, Some(_)) => Set::by(Operator::GreaterOrEqual, &from.lowest()),
            (_, None) => Set::by(Operator::GreaterOrEqual, &format!("{}-0", from.lowest())),
        };
        let high = match (to.pre, to.ceiling()?) {
            (Some(_), _) => Set::by(Operator::LessOrEqual, &to.lowest()),
            (None, Some(ceiling)) => Set::by(Operator::Less, &ceiling),
            (None, None) => Set::everything(),
        };
        return Ok(low.intersect(&high, scheme)?);
    }
    let joined = join_operators(text);
    all_of(joined.split_whitespace(), scheme, term)
}

/// `1.2 - 2.3`: the ends of a hyphen range.
fn hyphen(text: &str) -> Option<(&str, &str)> {
    let mut words = text.split_whitespace();
    let (from, middle, to) = (words.next()?, words.next()?, words.next()?);
    (middle == "-" && words.next().is_none()).then_some((from, to))
}

/// Takes out the blanks behind operators, so that blanks only separate terms; commas, which some
/// advisories have between terms, become blanks.
fn join_operators(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ',' => out.push(' '),
            character if character.is_whitespace() => {
                if !out.ends_with(['<', '>', '=', '~', '^']) {
                    out.push(' ');
                }
            }
            character => out.push(character),
        }
    }
    out
}

fn term(text: &str) -> Result<Set, Reason> {
    let operators = ["<=", ">=", "<", ">", "~>", "~", "^", "="];
    let (operator, version) = operators
        .iter()
        .find_map(|operator| Some((*operator, text.strip_prefix(operator)?)))
        .unwrap_or(("", text));
    let partial = partial(version)?;
    let whole = partial.patch.is_some();
    let bounded = |low: String, high: Option<String>| match high {
        Some(high) => Set::between(low, high),
        None => Set::everything(),
    };
    Ok(match operator {
        "^" => bounded(partial.floor(), partial.caret_ceiling()?),
        "~" | "~>" => bounded(partial.floor(), partial.tilde_ceiling()?),
        "" | "=" if whole => Set::by(Operator::Equal, &partial.lowest()),
        "" | "=" => bounded(partial.floor(), partial.ceiling()?),
        "<" | ">" if partial.major.is_none() => Set::default(),
        "<" => Set::by(Operator::Less, &partial.floor()),
        ">=" if partial.major.is_none() => Set::everything(),
        ">=" => Set::by(Operator::GreaterOrEqual, &partial.floor()),
        "<=" if whole => Set::by(Operator::LessOrEqual, &partial.lowest()),
        ">" if whole => Set::by(Operator::Greater, &partial.lowest()),
        "<=" => match partial.ceiling()? {
            Some(ceiling) => Set::by(Operator::Less, &ceiling),
            None => Set::everything(),
        },
        _ => match partial.ceiling()? {
            Some(ceiling) => Set::by(Operator::GreaterOrEqual, &ceiling),
            None => Set::default(),
        },
    })
}

/// A version behind its operator; npm lets `v` and `=` stand before it.
fn partial(text: &str) -> Result<Partial<'_>, Reason> {
    let text = text.trim_start_matches(['v', 'V', '=']);
    if text.is_empty() {
        return Partial::parse("*", true);
    }
    Partial::parse(text, true)
}

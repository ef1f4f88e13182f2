//! RubyGems' requirements (`Gem::Requirement`).

use super::interval::{Operator, Set};
use super::{Reason, all_of};
use crate::VersionScheme;
use crate::digits::is_number;

pub(super) fn parse(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    all_of(text.split(','), scheme, term)
}

fn term(text: &str) -> Result<Set, Reason> {
    let text = text.trim();
    let operators = ["~>", "!=", "<=", ">=", "<", ">", "="];
    let (operator, version) = operators
        .iter()
        .find_map(|operator| Some((*operator, text.strip_prefix(operator)?)))
        .unwrap_or(("=", text));
    let version = version.trim();
    if !version.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(format!("`{text}` has no version").into());
    }
    Ok(match operator {
        "~>" => Set::between(version, bump(version)?),
        "!=" => Set::by(Operator::NotEqual, version),
        "<=" => Set::by(Operator::LessOrEqual, version),
        ">=" => Set::by(Operator::GreaterOrEqual, version),
        "<" => Set::by(Operator::Less, version),
        ">" => Set::by(Operator::Greater, version),
        _ => Set::by(Operator::Equal, version),
    })
}

/// The end of a pessimistic requirement: the last number but one goes up by one, words and what
/// follows them drop out. Pre-releases of that version are not let in either, so the end is the
/// lowest of them.
fn bump(version: &str) -> Result<String, Reason> {
    let refuse = || Reason(format!("`{version}` is no version"));
    let mut numbers: Vec<&str> = version
        .split(['.', '-'])
        .take_while(|segment| is_number(segment.as_bytes()))
        .collect();
    // `1.2a` splits where digits and letters meet.
    if let Some(mixed) = version.split(['.', '-']).nth(numbers.len()) {
        let end = mixed
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(mixed.len());
        numbers.extend(mixed.get(..end).filter(|digits| !digits.is_empty()));
    }
    if numbers.len() > 1 {
        numbers.pop();
    }
    let last = numbers.pop().ok_or_else(refuse)?;
    let last = last
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_add(1))
        .ok_or_else(refuse)?
        .to_string();
    numbers.push(&last);
    Ok(format!("{}.A", numbers.join(".")))
}

//! Plain comparators, for feeds without a dialect of their own.

use super::interval::{Operator, Set};
use super::{Reason, all_of, any_of};
use crate::VersionScheme;

pub(super) fn parse(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    if text.trim().is_empty() {
        return Err("it is empty".into());
    }
    any_of(text.split("||"), scheme, alternative)
}

fn alternative(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    let mut joined = String::with_capacity(text.len());
    for character in text.replace("&&", ",").chars() {
        match character {
            character if character == ',' || character.is_whitespace() => {
                if !joined.ends_with(['<', '>', '=', '!', '~']) {
                    joined.push(' ');
                }
            }
            character => joined.push(character),
        }
    }
    all_of(joined.split_whitespace(), scheme, term)
}

fn term(text: &str) -> Result<Set, Reason> {
    if text == "*" {
        return Ok(Set::everything());
    }
    let operators = [
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("==", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("<>", Operator::NotEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("=", Operator::Equal),
    ];
    let (operator, version) = operators
        .iter()
        .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
        .unwrap_or((Operator::Equal, text));
    if version.is_empty() {
        return Err(format!("`{text}` has no version").into());
    }
    if version.starts_with(['<', '>', '=', '!', '~', '^']) {
        return Err(format!("`{text}` has an unknown operator").into());
    }
    Ok(Set::by(operator, version))
}

//! Composer's constraints (`VersionParser::parseConstraints`).
//!
//! As there, `<1.2` ends before 1.2's development version, and `>=1.2` begins with it.

use super::interval::{Operator, Set};
use super::{Reason, all_of, any_of};
use crate::VersionScheme;

pub(super) fn parse(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    let alternatives = text.split('|').filter(|part| !part.is_empty());
    let mut count = 0;
    let set = any_of(alternatives.inspect(|_| count += 1), scheme, alternative)?;
    if count == 0 {
        return Err("it is empty".into());
    }
    Ok(set)
}

fn alternative(text: &str, scheme: &dyn VersionScheme) -> Result<Set, Reason> {
    if let Some((from, to)) = text.split_once(" - ") {
        let (from, to) = (Parts::parse(from.trim())?, Parts::parse(to.trim())?);
        let low = Set::by(Operator::GreaterOrEqual, &from.low());
        let high = if to.count >= 3 || to.stability.is_some() {
            Set::by(Operator::LessOrEqual, &to.plain())
        } else {
            Set::by(Operator::Less, &to.after(to.count)?)
        };
        return Ok(low.intersect(&high, scheme)?);
    }
    let joined = join_operators(text);
    if joined.trim().is_empty() {
        return Err("it is empty".into());
    }
    all_of(joined.split_whitespace(), scheme, term)
}

/// Takes out the blanks behind operators and turns commas into blanks.
fn join_operators(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character == ',' || character.is_whitespace() {
            if !out.ends_with(['<', '>', '=', '!']) {
                out.push(' ');
            }
        } else {
            out.push(character);
        }
    }
    out
}

fn term(text: &str) -> Result<Set, Reason> {
    // Stability flags say what may be installed, not what a version is.
    let text = match text.split_once('@') {
        Some(("", _)) => "*",
        Some((front, _)) => front,
        None => text,
    };
    let is_wild = |character: char| matches!(character, 'x' | 'X' | '*');
    if text
        .split('.')
        .all(|part| part.len() == 1 && part.starts_with(is_wild))
    {
        return Ok(Set::everything());
    }
    let operators = ["<>", "!=", ">=", "<=", "==", ">", "<", "=", "~", "^"];
    let (operator, version) = operators
        .iter()
        .find_map(|operator| Some((*operator, text.strip_prefix(operator)?)))
        .unwrap_or(("", text));
    let numbers = Parts::parse(version)?;
    if numbers.wild {
        return match operator {
            "" | "=" | "==" => Ok(Set::between(numbers.low(), numbers.after(numbers.count)?)),
            _ => Err(format!("`{text}` has a wildcard behind an operator").into()),
        };
    }
    Ok(match operator {
        "~" => {
            let place = numbers.count.saturating_sub(1).max(1);
            Set::between(numbers.low(), numbers.after(place)?)
        }
        "^" => Set::between(numbers.low(), numbers.after(numbers.caret_place())?),
        "<" => Set::by(Operator::Less, &numbers.low()),
        ">=" => Set::by(Operator::GreaterOrEqual, &numbers.low()),
        ">" => Set::by(Operator::Greater, &numbers.plain()),
        "<=" => Set::by(Operator::LessOrEqual, &numbers.plain()),
        "!=" | "<>" => Set::by(Operator::NotEqual, &numbers.plain()),
        _ => Set::by(Operator::Equal, &numbers.plain()),
    })
}

/// Most numbers of a Composer version.
const NUMBERS_MAX: usize = 4;

/// A version: its numbers and what is behind them.
struct Parts<'a> {
    numbers: [u64; NUMBERS_MAX],
    /// How many were written.
    count: usize,
    /// `-beta2`, without its separator.
    stability: Option<&'a str>,
    /// Ends in `.*`.
    wild: bool,
    text: &'a str,
}

impl<'a> Parts<'a> {
    fn parse(text: &'a str) -> Result<Self, Reason> {
        let refuse = || Reason(format!("`{text}` is no version"));
        let version = text.trim_start_matches(['v', 'V']);
        let version = version.split_once('+').map_or(version, |(front, _)| front);
        let end = version
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(version.len());
        let (front, back) = version.split_at_checked(end).ok_or_else(refuse)?;
        let mut numbers = [0; NUMBERS_MAX];
        let mut count = 0;
        for part in front.trim_end_matches('.').split('.') {
            let place = numbers.get_mut(count).ok_or_else(refuse)?;
            *place = part.parse().map_err(|_| refuse())?;
            count += 1;
        }
        let wild_back = back.trim_start_matches(['x', 'X', '*', '.']);
        let wild = back.starts_with(['x', 'X', '*']) && front.ends_with('.');
        if wild && !wild_back.is_empty() {
            return Err(Reason(format!("`{text}` is a branch")));
        }
        if back.starts_with(|character: char| !matches!(character, '-' | '_'))
            && !wild
            && !back.starts_with(|character: char| character.is_ascii_alphabetic())
        {
            return Err(refuse());
        }
        let stability = back.trim_start_matches(['-', '_', '.']);
        Ok(Self {
            numbers,
            count,
            stability: Some(stability).filter(|word| !word.is_empty() && !wild),
            wild,
            text: version,
        })
    }

    /// As written.
    fn plain(&self) -> String {
        self.text.trim_end_matches(['.', '*', 'x', 'X']).to_owned()
    }

    /// The lowest version that is meant: the development version, if no stability is given.
    fn low(&self) -> String {
        if self.stability.is_some() {
            self.plain()
        } else {
            format!("{}-dev", self.plain())
        }
    }

    /// The first version after all that agree in this many numbers.
    fn after(&self, place: usize) -> Result<String, Reason> {
        let mut numbers = self.numbers;
        for (index, number) in numbers.iter_mut().enumerate() {
            if index + 1 == place {
                *number = number.checked_add(1).ok_or("a number in it is too big")?;
            } else if index + 1 > place {
                *number = 0;
            }
        }
        let [major, minor, patch, fourth] = numbers;
        Ok(format!("{major}.{minor}.{patch}.{fourth}-dev"))
    }

    fn caret_place(&self) -> usize {
        match self.numbers {
            [0, 0, _, _] if self.count >= 3 => 3,
            [0, _, _, _] if self.count >= 2 => 2,
            _ => 1,
        }
    }
}

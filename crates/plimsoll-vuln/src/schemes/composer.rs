//! Versions of Composer packages (Packagist).
//!
//! Two orders, as in Composer itself. Its resolver normalises (`VersionParser::normalize`: four
//! numbers, `alpha`, `beta`, `RC`, `patch` in any case and spelling, `stable` dropped) and then
//! compares; so does matching here. Its comparator takes the texts as they are to PHP's
//! `version_compare`, in which `1.0` is before `1.0.0`; that is `compare_as_written`, and with `#`,
//! which PHP takes for any number, it is no order at all. A branch (`dev-main`) has no place in the
//! resolver's order.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_numbers, split_digits, split_while};

pub(super) struct Composer;

const ID: &str = "composer";

impl VersionScheme for Composer {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["composer"]
    }

    fn describe(&self) -> &'static str {
        "PHP packages: Composer's normalised versions in the order of PHP's version_compare"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (text_a, text_b) = (checked(ID, a)?, checked(ID, b)?);
        if text_a == text_b {
            return Ok(Ordering::Equal);
        }
        for (version, text) in [(a, text_a), (b, text_b)] {
            if is_branch(text) {
                let reason = "a branch has no place in the order of versions";
                return Err(VersionError::new(ID, version, reason));
            }
        }
        Ok(compare_pieces(normalised(text_a), normalised(text_b)))
    }

    fn compare_as_written(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let (a, b) = (checked(ID, a)?, checked(ID, b)?);
        let pieces = |text| Pieces::new(without_v(text)).map(Piece::as_written);
        Ok(compare_pieces(pieces(a), pieces(b)))
    }
}

fn is_branch(text: &[u8]) -> bool {
    const BRANCHES: [&[u8]; 3] = [b"master", b"trunk", b"default"];
    let front = text.get(..4).unwrap_or_default();
    front.eq_ignore_ascii_case(b"dev-") || BRANCHES.contains(&text)
}

fn without_v(text: &[u8]) -> &[u8] {
    match text {
        [b'v' | b'V', rest @ ..] => rest,
        _ => text,
    }
}

/// A piece of a version as PHP compares it.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Number(&'a [u8]),
    /// Rank of the word, see [`rank`].
    Word(i8),
    /// The word `stable`, after which nothing counts.
    Stable,
}

/// Rank of a number among words, and of the end of a version against a word.
const NUMBER_RANK: i8 = 4;

/// PHP's words, each known by how it begins; ascending by rank, 4 being left to numbers. What
/// none of them begins is before all.
const WORDS: [(&[u8], i8); 10] = [
    (b"dev", 0),
    (b"alpha", 1),
    (b"a", 1),
    (b"beta", 2),
    (b"b", 2),
    (b"RC", 3),
    (b"rc", 3),
    (b"#", NUMBER_RANK),
    (b"pl", 5),
    (b"p", 5),
];
const UNKNOWN_RANK: i8 = -1;

fn rank(word: &[u8], matches: impl Fn(&[u8], &[u8]) -> bool) -> i8 {
    WORDS
        .iter()
        .find(|(known, _)| {
            word.get(..known.len())
                .is_some_and(|front| matches(front, known))
        })
        .map_or(UNKNOWN_RANK, |(_, rank)| *rank)
}

impl<'a> Piece<'a> {
    fn as_written(text: &'a [u8]) -> Self {
        match text {
            [b'0'..=b'9', ..] => Self::Number(text),
            _ => Self::Word(rank(text, |front, known| front == known)),
        }
    }

    fn normalised(text: &'a [u8]) -> Self {
        match text {
            [b'0'..=b'9', ..] => Self::Number(text),
            _ if text.eq_ignore_ascii_case(b"stable") => Self::Stable,
            // PHP takes it for any number, which makes its order run in circles. No version that
            // Composer takes has it.
            [b'#', ..] => Self::Word(UNKNOWN_RANK),
            _ => Self::Word(rank(text, <[u8]>::eq_ignore_ascii_case)),
        }
    }

    fn rank(self) -> i8 {
        match self {
            Self::Word(rank) => rank,
            Self::Number(_) | Self::Stable => NUMBER_RANK,
        }
    }
}

fn compare_pieces<'a>(
    mut a: impl Iterator<Item = Piece<'a>>,
    mut b: impl Iterator<Item = Piece<'a>>,
) -> Ordering {
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (Some(Piece::Number(a)), Some(Piece::Number(b))) => compare_numbers(a, b),
            (Some(a), Some(b)) => a.rank().cmp(&b.rank()),
            (Some(Piece::Number(_)), None) => Ordering::Greater,
            (None, Some(Piece::Number(_))) => Ordering::Less,
            (Some(a), None) => a.rank().cmp(&NUMBER_RANK),
            (None, Some(b)) => NUMBER_RANK.cmp(&b.rank()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The pieces between separators, and where digits and other characters meet.
struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Pieces<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let is_word = |byte: u8| byte.is_ascii_alphabetic() || byte == b'#';
        let rest = split_while(self.rest, |byte| !byte.is_ascii_digit() && !is_word(byte)).1;
        // Separators at the end leave an empty piece, which PHP takes for an unknown word.
        let (piece, rest) = match rest {
            [b'0'..=b'9', ..] => split_digits(rest),
            _ => split_while(rest, is_word),
        };
        self.rest = rest;
        Some(piece)
    }
}

/// How many numbers a normalised version has.
const NUMBERS: usize = 4;
/// Composer's stand-in for the `x` of a branch like `1.x-dev`.
const BRANCH_NUMBER: &[u8] = b"9999999";
/// Longest first number of a version that is not a date.
const MAJOR_DIGITS_MAX: usize = 5;

/// The pieces of the normalised version.
fn normalised(text: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    // Builds, stability flags and aliases do not count.
    let text = split_while(text, |byte| byte != b'+' && byte != b'@' && byte != b' ').0;
    let text = without_v(text);
    let mut numbers: [&[u8]; NUMBERS] = [b"0"; NUMBERS];
    let mut rest = text;
    let mut count = 0;
    let mut is_branch = false;
    for number in &mut numbers {
        let Some((segment, after)) = split_segment(rest, count == 0) else {
            break;
        };
        is_branch |= segment == BRANCH_NUMBER;
        (*number, rest) = (segment, after);
        count += 1;
    }
    let [major, ..] = numbers;
    if is_branch {
        numbers
            .iter_mut()
            .skip(count)
            .for_each(|number| *number = BRANCH_NUMBER);
    }
    // A date stays as it is.
    let length = if count == 0 || (major.len() > MAJOR_DIGITS_MAX && !is_branch) {
        count
    } else {
        NUMBERS
    };
    let numbers = numbers.into_iter().take(length).map(Piece::Number);
    let words = Pieces::new(rest)
        .filter(|piece| !piece.is_empty())
        .flat_map(split_dev)
        .filter(|piece| !piece.is_empty())
        .map(Piece::normalised);
    numbers
        .chain(words)
        .take_while(|piece| !matches!(piece, Piece::Stable))
}

/// A number, or the wildcard of a branch, with the dot before it unless it is the first.
fn split_segment(text: &[u8], is_first: bool) -> Option<(&[u8], &[u8])> {
    let text = match text {
        [b'.', rest @ ..] if !is_first => rest,
        _ if is_first => text,
        _ => return None,
    };
    match text {
        [b'x' | b'X' | b'*', rest @ ..] if !is_first => Some((BRANCH_NUMBER, rest)),
        [b'0'..=b'9', ..] => Some(split_digits(text)),
        _ => None,
    }
}

/// `betadev` is `beta-dev`.
fn split_dev(piece: &[u8]) -> [&[u8]; 2] {
    let split = piece.len().saturating_sub(b"dev".len());
    match piece.split_at_checked(split) {
        Some((front, dev)) if dev.eq_ignore_ascii_case(b"dev") => [front, dev],
        _ => [piece, &[]],
    }
}

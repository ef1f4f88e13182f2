//! Versions of Maven artifacts: numbers and qualifiers, nested by hyphens.
//!
//! Implements the "Version Order Specification" of the POM reference as `ComparableVersion` of
//! Maven 3.6 to 3.8.6 carries it out: a qualifier after a dot comes before one after a hyphen.
//! Maven 3.8.7 and later read `.x` as `-x`, which differs only where both spellings meet
//! (`6.1.12.rc5`, `6.1.12rc1`). In one point it follows Maven's main branch instead: a release
//! qualifier that drops out leaves no nesting behind (`1-ga-1` is `1-1`).

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_numbers, is_zero};
use crate::loose::compare_dotted;

pub(super) struct Maven;

const ID: &str = "maven";

impl VersionScheme for Maven {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["maven"]
    }

    fn describe(&self) -> &'static str {
        "Maven artifacts: ComparableVersion, qualifiers from `alpha` to `sp` (POM reference)"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        checked(ID, a)?;
        checked(ID, b)?;
        let (a, b) = (a.trim_ascii(), b.trim_ascii());
        // Most versions are numbers only, for which no tree is needed.
        if is_plain(a) && is_plain(b) {
            return Ok(compare_dotted(a.as_bytes(), b.as_bytes()));
        }
        let (a, b) = (lower_case(a), lower_case(b));
        Ok(Tree::parse(&a).compare(&Tree::parse(&b)))
    }
}

fn is_plain(version: &str) -> bool {
    version
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn lower_case(version: &str) -> Cow<'_, str> {
    if version.chars().any(char::is_uppercase) {
        version.to_lowercase().into()
    } else {
        version.into()
    }
}

/// Known qualifiers, ascending; the empty one stands for the release.
const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const RELEASE_RANK: usize = 5;
const UNKNOWN_RANK: usize = 7;

#[derive(Clone, Copy)]
enum Scalar<'a> {
    Number(&'a str),
    /// Rank among the qualifiers; the text where it is unknown.
    Qualifier(usize, &'a str),
}

impl<'a> Scalar<'a> {
    fn qualifier(text: &'a str, before_digit: bool) -> Self {
        let text = match text {
            "a" if before_digit => "alpha",
            "b" if before_digit => "beta",
            "m" if before_digit => "milestone",
            "cr" => "rc",
            "ga" | "final" | "release" => "",
            _ => text,
        };
        match QUALIFIERS.iter().position(|known| *known == text) {
            Some(rank) => Self::Qualifier(rank, ""),
            None => Self::Qualifier(UNKNOWN_RANK, text),
        }
    }

    fn is_null(&self) -> bool {
        self.compare_to_nothing().is_eq()
    }

    fn compare_to_nothing(&self) -> Ordering {
        match self {
            Self::Number(digits) if is_zero(digits.as_bytes()) => Ordering::Equal,
            Self::Number(_) => Ordering::Greater,
            Self::Qualifier(rank, _) => rank.cmp(&RELEASE_RANK),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => compare_numbers(a.as_bytes(), b.as_bytes()),
            (Self::Number(_), Self::Qualifier(..)) => Ordering::Greater,
            (Self::Qualifier(..), Self::Number(_)) => Ordering::Less,
            // Java orders text by UTF-16 units.
            (Self::Qualifier(rank_a, a), Self::Qualifier(rank_b, b)) => rank_a
                .cmp(rank_b)
                .then_with(|| a.encode_utf16().cmp(b.encode_utf16())),
        }
    }
}

/// The nested lists of a version. A list can only be the last item of the one around it, so the
/// tree is a row of levels, each of scalars, each with the next as its last item.
struct Tree<'a> {
    levels: Vec<Vec<Scalar<'a>>>,
}

impl<'a> Tree<'a> {
    fn parse(version: &'a str) -> Self {
        let mut levels = Self::split(version);
        let mut index = levels.len();
        while index > 0 {
            index -= 1;
            let has_list = levels.len() > index + 1;
            let Some(level) = levels.get_mut(index) else {
                break;
            };
            let mut lost_release = false;
            while let Some(last) = level.last().filter(|last| last.is_null()) {
                lost_release |= matches!(last, Scalar::Qualifier(..));
                level.pop();
            }
            // An empty list counts for nothing; one that lost its release qualifier is its rest.
            if level.is_empty() && (!has_list || (lost_release && index > 0)) {
                levels.remove(index);
            }
        }
        Self { levels }
    }

    fn split(version: &'a str) -> Vec<Vec<Scalar<'a>>> {
        let mut levels = vec![Vec::new()];
        let mut start = 0;
        let mut in_digits = false;
        let push = |levels: &mut Vec<Vec<Scalar<'a>>>, scalar| {
            if let Some(level) = levels.last_mut() {
                level.push(scalar);
            }
        };
        let scalar = |in_digits, from, to| {
            let text = version.get(from..to).unwrap_or_default();
            if in_digits {
                Scalar::Number(text)
            } else {
                Scalar::qualifier(text, false)
            }
        };
        for (at, character) in version.char_indices() {
            if character == '.' || character == '-' {
                let item = if at == start {
                    Scalar::Number("0")
                } else {
                    scalar(in_digits, start, at)
                };
                push(&mut levels, item);
                start = at + 1;
                if character == '-' {
                    levels.push(Vec::new());
                }
            } else {
                let is_digit = character.is_ascii_digit();
                if is_digit != in_digits && at > start {
                    let text = version.get(start..at).unwrap_or_default();
                    let item = if in_digits {
                        Scalar::Number(text)
                    } else {
                        Scalar::qualifier(text, true)
                    };
                    push(&mut levels, item);
                    levels.push(Vec::new());
                    start = at;
                }
                in_digits = is_digit;
            }
        }
        if version.len() > start {
            push(&mut levels, scalar(in_digits, start, version.len()));
        }
        levels
    }

    fn compare(&self, other: &Self) -> Ordering {
        compare_lists(&self.levels, &other.levels)
    }
}

/// A list: its scalars in the first level, the list that is its last item in the others.
type Levels<'t, 'a> = &'t [Vec<Scalar<'a>>];

fn compare_lists(a: Levels<'_, '_>, b: Levels<'_, '_>) -> Ordering {
    let (Some((scalars_a, list_a)), Some((scalars_b, list_b))) = (a.split_first(), b.split_first())
    else {
        // One of them is missing or empty.
        return match (a.is_empty(), b.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => compare_to_nothing(b).reverse(),
            (false, _) => compare_to_nothing(a),
        };
    };
    let both = scalars_a.len().min(scalars_b.len());
    let order = (scalars_a.iter().zip(scalars_b))
        .map(|(a, b)| a.compare(b))
        .find(|order| order.is_ne());
    if let Some(order) = order {
        return order;
    }
    let rest_a = scalars_a.get(both..).unwrap_or_default();
    let rest_b = scalars_b.get(both..).unwrap_or_default();
    match (rest_a.split_first(), rest_b.split_first()) {
        (None, None) => compare_lists(list_a, list_b),
        (Some((first, rest)), None) => compare_rest(first, rest, list_a, list_b),
        (None, Some((first, rest))) => compare_rest(first, rest, list_b, list_a).reverse(),
        // The zip has ended, so one of them is empty.
        (Some(_), Some(_)) => Ordering::Equal,
    }
}

/// The rest of a longer list against the shorter one's last item, if that is a list.
fn compare_rest(
    first: &Scalar<'_>,
    rest: &[Scalar<'_>],
    list: Levels<'_, '_>,
    other: Levels<'_, '_>,
) -> Ordering {
    let first = match (first, other.is_empty()) {
        (first, true) => first.compare_to_nothing(),
        // 1.1 > 1-1 > 1.any
        (Scalar::Number(_), false) => Ordering::Greater,
        (Scalar::Qualifier(..), false) => Ordering::Less,
    };
    first
        .then_with(|| nothing_of(rest))
        .then_with(|| compare_to_nothing(list))
}

fn nothing_of(scalars: &[Scalar<'_>]) -> Ordering {
    scalars
        .iter()
        .map(Scalar::compare_to_nothing)
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// A list against nothing: its first item that is not nothing itself decides.
fn compare_to_nothing(list: Levels<'_, '_>) -> Ordering {
    list.iter()
        .map(|scalars| nothing_of(scalars))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

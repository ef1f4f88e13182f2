//! Alpine package versions: `number{.number}…{letter}{_suffix{number}}…{~hash}{-rN}`.
//!
//! Implements the order of apk-tools 3 (`apk-package(5)`, `apk version --test`). What apk-tools 3
//! calls invalid it cuts off there and puts below the same version without the rest; apk-tools 2
//! read on, and versions that it let into the repositories (`6.6.2p1`) have to be told apart, so
//! three of its liberties are kept: a number right after the letter, an empty number (`0..8`), and
//! `-r` without a number.

use std::cmp::Ordering;

use super::{VersionError, VersionScheme, checked};
use crate::digits::{compare_numbers, split_digits, split_while};

pub(super) struct Apk;

const ID: &str = "apk";

impl VersionScheme for Apk {
    fn id(&self) -> &'static str {
        ID
    }

    fn purl_types(&self) -> &'static [&'static str] {
        &["apk"]
    }

    fn describe(&self) -> &'static str {
        "Alpine packages: numbers, letter, suffixes from `_alpha` to `_p`, `-rN` (apk-package(5))"
    }

    fn compare(&self, a: &str, b: &str) -> Result<Ordering, VersionError> {
        let mut a = Tokens::new(checked(ID, a)?);
        let mut b = Tokens::new(checked(ID, b)?);
        loop {
            let (left, right) = (a.next(), b.next());
            let order = left.compare(&right);
            if order.is_ne() || left.is_last() {
                return Ok(order);
            }
        }
    }
}

/// The suffixes below a version without one, ascending.
const PRE_SUFFIXES: [&[u8]; 4] = [b"alpha", b"beta", b"pre", b"rc"];
/// The suffixes above it, ascending.
const POST_SUFFIXES: [&[u8]; 5] = [b"cvs", b"svn", b"git", b"hg", b"p"];

/// One piece of a version. Where two versions first differ in kind, the kinds' ranks decide.
#[derive(Clone, Copy)]
enum Token<'a> {
    Initial(&'a [u8]),
    Number(&'a [u8]),
    Letter(u8),
    PreSuffix(usize),
    PostSuffix(usize),
    SuffixNumber(&'a [u8]),
    Hash(&'a [u8]),
    Revision(&'a [u8]),
    End,
    /// A dot with no number behind it; versions of apk-tools 2.
    Empty,
    Invalid,
}

impl Token<'_> {
    fn rank(&self) -> u8 {
        match self {
            Self::Initial(_) => 10,
            Self::Number(_) => 9,
            Self::Letter(_) => 8,
            Self::PostSuffix(_) => 7,
            Self::SuffixNumber(_) => 6,
            Self::Hash(_) => 5,
            Self::Revision(_) => 4,
            Self::End => 3,
            Self::Empty => 2,
            Self::Invalid => 1,
            Self::PreSuffix(_) => 0,
        }
    }

    fn is_last(&self) -> bool {
        matches!(self, Self::End | Self::Invalid)
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Initial(a), Self::Initial(b))
            | (Self::SuffixNumber(a), Self::SuffixNumber(b))
            | (Self::Revision(a), Self::Revision(b)) => compare_numbers(a, b),
            // With a zero in front it reads like a decimal fraction: 1.06 < 1.1.
            (Self::Number(a), Self::Number(b)) => {
                if a.starts_with(b"0") || b.starts_with(b"0") {
                    a.cmp(b)
                } else {
                    compare_numbers(a, b)
                }
            }
            (Self::Letter(a), Self::Letter(b)) => a.cmp(b),
            (Self::PreSuffix(a), Self::PreSuffix(b))
            | (Self::PostSuffix(a), Self::PostSuffix(b)) => a.cmp(b),
            (Self::Hash(a), Self::Hash(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// What may still follow, ascending.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Start,
    Numbers,
    Letter,
    LetterNumber,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
}

struct Tokens<'a> {
    rest: &'a [u8],
    stage: Stage,
}

impl<'a> Tokens<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Self {
            rest,
            stage: Stage::Start,
        }
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.read();
        if matches!(token, Token::Invalid) {
            self.rest = &[];
        }
        token
    }

    fn read(&mut self) -> Token<'a> {
        let stage = self.stage;
        match self.rest {
            rest if stage == Stage::Start => {
                let (digits, rest) = split_digits(rest);
                self.advance(Stage::Numbers, rest);
                if digits.is_empty() {
                    Token::Empty
                } else {
                    Token::Initial(digits)
                }
            }
            [] => Token::End,
            [b'.', rest @ ..] if stage == Stage::Numbers || stage == Stage::LetterNumber => {
                let (digits, rest) = split_digits(rest);
                self.advance(Stage::Numbers, rest);
                if digits.is_empty() {
                    Token::Empty
                } else {
                    Token::Number(digits)
                }
            }
            [letter @ b'a'..=b'z', rest @ ..] if stage == Stage::Numbers => {
                self.advance(Stage::Letter, rest);
                Token::Letter(*letter)
            }
            [b'0'..=b'9', ..] if stage == Stage::Letter => {
                let (digits, rest) = split_digits(self.rest);
                self.advance(Stage::LetterNumber, rest);
                Token::Number(digits)
            }
            [b'0'..=b'9', ..] if stage == Stage::Suffix => {
                let (digits, rest) = split_digits(self.rest);
                self.advance(Stage::SuffixNumber, rest);
                Token::SuffixNumber(digits)
            }
            [b'_', rest @ ..] if stage <= Stage::SuffixNumber => self.suffix(rest),
            [b'~', rest @ ..] if stage < Stage::Hash => {
                let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                let (hash, rest) = split_while(rest, is_hex);
                if hash.is_empty() {
                    return Token::Invalid;
                }
                self.advance(Stage::Hash, rest);
                Token::Hash(hash)
            }
            [b'-', b'r', rest @ ..] if stage < Stage::Revision => {
                let (digits, rest) = split_digits(rest);
                if digits.is_empty() && rest.first().is_some_and(u8::is_ascii_alphabetic) {
                    return Token::Invalid;
                }
                self.advance(Stage::Revision, rest);
                Token::Revision(digits)
            }
            _ => Token::Invalid,
        }
    }

    fn suffix(&mut self, rest: &'a [u8]) -> Token<'a> {
        let (word, rest) = split_while(rest, |byte| byte.is_ascii_lowercase());
        let rank = |list: &[&[u8]]| list.iter().position(|suffix| *suffix == word);
        let token = match (rank(&PRE_SUFFIXES), rank(&POST_SUFFIXES)) {
            (Some(rank), _) => Token::PreSuffix(rank),
            (None, Some(rank)) => Token::PostSuffix(rank),
            (None, None) => return Token::Invalid,
        };
        self.advance(Stage::Suffix, rest);
        token
    }

    fn advance(&mut self, stage: Stage, rest: &'a [u8]) {
        self.stage = stage;
        self.rest = rest;
    }
}

//! A check made ready to be asked a million times a second.

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use super::glob::Glob;
use super::net::Net;
use super::paths::PathSet;
use super::sets::{Prefixes, Suffixes, TextSet};
use super::spec::{Bytes, Order, Spec};
use crate::fields::Value;

/// A [`Spec`], made ready.
#[derive(Debug)]
pub enum Test {
    Exists,
    Never,
    Bool(bool),
    Number(Order, i128),
    Equal(i128),
    Numbers(Vec<i128>),
    Text(Bytes),
    Texts(TextSet),
    TextOrder(Order, Bytes),
    Contains(Box<Finder<'static>>),
    ContainsOne(AhoCorasick),
    ContainsSlowly(Vec<Bytes>, bool),
    StartsWith(Bytes),
    StartsWithOne(Prefixes),
    EndsWith(Bytes),
    EndsWithOne(Suffixes),
    Glob(Glob),
    Regex(Box<Regex>),
    Paths(PathSet),
    Networks(Vec<Net>),
    ListIn(TextSet),
    ListMeets(TextSet),
    Not(Box<Self>),
    OneOf(Vec<Self>),
    AnyOf(Vec<Self>),
    AllOf(Vec<Self>),
}

/// Largest automaton of one expression of a rule, in bytes.
const REGEX_BYTES_MAX: usize = 4 << 20;

/// A regular expression that has to fit the whole text.
pub fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    // POSIX syntax as RE2 has it: `^` and `$` stand at lines.
    RegexBuilder::new(&format!("\\A(?m:{pattern})\\z"))
        .size_limit(REGEX_BYTES_MAX)
        .build()
}

impl Test {
    pub fn new(spec: &Spec) -> Self {
        let many = |specs: &[Spec]| specs.iter().map(Self::new).collect();
        match spec {
            Spec::Exists => Self::Exists,
            Spec::Never => Self::Never,
            Spec::Bool(flag) => Self::Bool(*flag),
            Spec::Number(order, number) => Self::Number(*order, *number),
            Spec::Numbers(numbers) => match single(numbers) {
                Some(number) => Self::Equal(*number),
                None => Self::Numbers(numbers.iter().copied().collect()),
            },
            Spec::Texts(texts) => match single(texts) {
                Some(text) => Self::Text(text.clone()),
                None => Self::Texts(TextSet::new(texts.iter().map(AsRef::as_ref))),
            },
            Spec::TextOrder(order, text) => Self::TextOrder(*order, text.clone()),
            Spec::Contains(texts) => match single(texts) {
                Some(text) => Self::Contains(Box::new(Finder::new(text).into_owned())),
                None => automaton(texts, false),
            },
            Spec::ContainsAnyCase(texts) => automaton(texts, true),
            Spec::StartsWith(texts) => match single(texts) {
                Some(text) => Self::StartsWith(text.clone()),
                None => Self::StartsWithOne(Prefixes::new(texts.iter().map(AsRef::as_ref))),
            },
            Spec::EndsWith(texts) => match single(texts) {
                Some(text) => Self::EndsWith(text.clone()),
                None => Self::EndsWithOne(Suffixes::new(texts.iter().map(AsRef::as_ref))),
            },
            Spec::Glob(pattern, any_case) => Self::Glob(Glob::new(pattern, *any_case)),
            Spec::Regex(pattern) => {
                regex(pattern).map_or(Self::Never, |regex| Self::Regex(Box::new(regex)))
            }
            Spec::Paths(paths) => Self::Paths(PathSet::new(paths.iter().map(AsRef::as_ref))),
            Spec::Networks(nets) => Self::Networks(nets.iter().copied().collect()),
            Spec::ListIn(texts) => Self::ListIn(TextSet::new(texts.iter().map(AsRef::as_ref))),
            Spec::ListMeets(texts) => {
                Self::ListMeets(TextSet::new(texts.iter().map(AsRef::as_ref)))
            }
            Spec::Not(inner) => Self::Not(Box::new(Self::new(inner))),
            Spec::OneOf(specs) => Self::OneOf(many(specs)),
            Spec::AnyOf(specs) => Self::AnyOf(many(specs)),
            Spec::AllOf(specs) => Self::AllOf(many(specs)),
        }
    }

    /// Asks it of a value; of an absent one the answer is no.
    pub fn matches(&self, value: &Value<'_>) -> bool {
        if value.is_absent() {
            return false;
        }
        match self {
            Self::Exists => true,
            Self::Never => false,
            Self::Bool(wanted) => *value == Value::Bool(*wanted),
            Self::Number(order, right) => {
                value.number().is_some_and(|left| order.holds(&left, right))
            }
            Self::Equal(right) => value.number() == Some(*right),
            Self::Numbers(rights) => value
                .number()
                .is_some_and(|left| rights.binary_search(&left).is_ok()),
            Self::Networks(nets) => match value {
                Value::Address(address) => nets.iter().any(|net| net.holds(*address)),
                _ => false,
            },
            Self::ListIn(texts) => value.items().all(|item| texts.contains(item)),
            Self::ListMeets(texts) => value.items().any(|item| texts.contains(item)),
            Self::Not(inner) => !inner.matches(value),
            Self::OneOf(tests) => tests.iter().filter(|test| test.matches(value)).count() == 1,
            Self::AnyOf(tests) => tests.iter().any(|test| test.matches(value)),
            Self::AllOf(tests) => tests.iter().all(|test| test.matches(value)),
            _ => match value {
                Value::Text(text) | Value::Bytes(text) => self.fits(text),
                _ => false,
            },
        }
    }

    /// Asks it of a text.
    fn fits(&self, text: &[u8]) -> bool {
        match self {
            Self::Text(wanted) => **wanted == *text,
            Self::Texts(texts) => texts.contains(text),
            Self::TextOrder(order, right) => order.holds(text, &**right),
            Self::Contains(finder) => finder.find(text).is_some(),
            Self::ContainsOne(automaton) => automaton.is_match(text),
            Self::ContainsSlowly(texts, any_case) => texts
                .iter()
                .any(|wanted| contains_slowly(text, wanted, *any_case)),
            Self::StartsWith(prefix) => text.starts_with(prefix),
            Self::StartsWithOne(prefixes) => prefixes.matches(text),
            Self::EndsWith(suffix) => text.ends_with(suffix),
            Self::EndsWithOne(suffixes) => suffixes.matches(text),
            Self::Glob(glob) => glob.matches(text),
            Self::Regex(regex) => match std::str::from_utf8(text) {
                Ok(_) => regex.is_match(text),
                // As the rule language has it: what is not UTF-8 is made so first.
                Err(_) => regex.is_match(String::from_utf8_lossy(text).as_bytes()),
            },
            Self::Paths(paths) => paths.matches(text),
            _ => false,
        }
    }
}

fn single<T: Ord>(set: &std::collections::BTreeSet<T>) -> Option<&T> {
    set.first().filter(|_| set.len() == 1)
}

fn automaton(texts: &std::collections::BTreeSet<Bytes>, any_case: bool) -> Test {
    AhoCorasick::builder()
        .ascii_case_insensitive(any_case)
        .build(texts.iter().map(AsRef::<[u8]>::as_ref))
        // More than its numbers can count: one by one then.
        .map_or_else(
            |_| Test::ContainsSlowly(texts.iter().cloned().collect(), any_case),
            Test::ContainsOne,
        )
}

fn contains_slowly(text: &[u8], wanted: &[u8], any_case: bool) -> bool {
    let same = |part: &[u8]| {
        if any_case {
            part.eq_ignore_ascii_case(wanted)
        } else {
            part == wanted
        }
    };
    wanted.is_empty() || text.windows(wanted.len()).any(same)
}

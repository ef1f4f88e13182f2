//! Many texts at once: is one of them equal, at the beginning, or at the end.

use std::cmp::Ordering;

use foldhash::{HashSet, HashSetExt};

/// Texts to be equal to.
#[derive(Debug, Clone)]
pub struct TextSet {
    /// Bit n: there is a text of n bytes; the last bit: of 63 and more.
    lengths: u64,
    texts: HashSet<Box<[u8]>>,
}

impl TextSet {
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Self {
        let mut set = Self {
            lengths: 0,
            texts: HashSet::new(),
        };
        for text in texts {
            set.lengths |= bit(text);
            set.texts.insert(text.into());
        }
        set
    }

    pub fn contains(&self, text: &[u8]) -> bool {
        self.lengths & bit(text) != 0 && self.texts.contains(text)
    }
}

fn bit(text: &[u8]) -> u64 {
    1 << text.len().min(63)
}

/// Texts to begin with. None of those kept begins with another one, so that only the last that does
/// not come after a text can be its beginning.
#[derive(Debug, Clone)]
pub struct Prefixes(Vec<Box<[u8]>>);

impl Prefixes {
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Self {
        let mut sorted: Vec<&[u8]> = texts.into_iter().collect();
        sorted.sort_unstable();
        let mut kept: Vec<Box<[u8]>> = Vec::new();
        for text in sorted {
            if kept.last().is_none_or(|last| !text.starts_with(last)) {
                kept.push(text.into());
            }
        }
        Self(kept)
    }

    pub fn matches(&self, text: &[u8]) -> bool {
        let behind = self.0.partition_point(|prefix| **prefix <= *text);
        let last = behind.checked_sub(1).and_then(|index| self.0.get(index));
        last.is_some_and(|prefix| text.starts_with(prefix))
    }
}

/// Texts to end with, held as [`Prefixes`] are, from the end.
#[derive(Debug, Clone)]
pub struct Suffixes(Vec<Box<[u8]>>);

impl Suffixes {
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Self {
        let mut sorted: Vec<&[u8]> = texts.into_iter().collect();
        sorted.sort_unstable_by(|left, right| from_end(left, right));
        let mut kept: Vec<Box<[u8]>> = Vec::new();
        for text in sorted {
            if kept.last().is_none_or(|last| !text.ends_with(last)) {
                kept.push(text.into());
            }
        }
        Self(kept)
    }

    pub fn matches(&self, text: &[u8]) -> bool {
        let behind = self
            .0
            .partition_point(|suffix| from_end(suffix, text) != Ordering::Greater);
        let last = behind.checked_sub(1).and_then(|index| self.0.get(index));
        last.is_some_and(|suffix| text.ends_with(suffix))
    }
}

fn from_end(left: &[u8], right: &[u8]) -> Ordering {
    left.iter().rev().cmp(right.iter().rev())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b'/')], 0..6)
    }

    proptest! {
        #[test]
        fn same_as_one_by_one(texts in proptest::collection::vec(text(), 0..8), probe in text()) {
            let all = || texts.iter().map(Vec::as_slice);
            prop_assert_eq!(TextSet::new(all()).contains(&probe), all().any(|text| text == probe));
            prop_assert_eq!(
                Prefixes::new(all()).matches(&probe),
                all().any(|text| probe.starts_with(text))
            );
            prop_assert_eq!(
                Suffixes::new(all()).matches(&probe),
                all().any(|text| probe.ends_with(text))
            );
        }
    }
}

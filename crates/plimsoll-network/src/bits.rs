//! A set of positions in a list of known length.

/// Bits of a word.
const WORD: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// None of so many.
    pub fn none(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(WORD)],
        }
    }

    /// All of so many.
    pub fn all(len: usize) -> Self {
        let mut words = vec![u64::MAX; len.div_ceil(WORD)];
        if let Some(last) = words.last_mut()
            && !len.is_multiple_of(WORD)
        {
            *last = (1 << (len % WORD)) - 1;
        }
        Self { words }
    }

    /// Those of so many for which it holds.
    pub fn of(len: usize, mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut out = Self::none(len);
        for at in 0..len {
            if holds(at) {
                out.insert(at);
            }
        }
        out
    }

    pub fn insert(&mut self, at: usize) {
        if let Some(word) = self.words.get_mut(at / WORD) {
            *word |= 1 << (at % WORD);
        }
    }

    pub fn contains(&self, at: usize) -> bool {
        self.words
            .get(at / WORD)
            .is_some_and(|word| word & (1 << (at % WORD)) != 0)
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub fn is_disjoint(&self, other: &Self) -> bool {
        let mut pairs = self.words.iter().zip(&other.words);
        pairs.all(|(a, b)| a & b == 0)
    }

    pub fn add(&mut self, other: &Self) {
        self.change(other, |a, b| a | b);
    }

    pub fn keep(&mut self, other: &Self) {
        self.change(other, |a, b| a & b);
    }

    pub fn remove(&mut self, other: &Self) {
        self.change(other, |a, b| a & !b);
    }

    fn change(&mut self, other: &Self, with: impl Fn(u64, u64) -> u64) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word = with(*word, *other);
        }
    }

    /// The positions, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let at = left.trailing_zeros() as usize;
                left &= left.checked_sub(1)?;
                Some(index * WORD + at)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_lists() {
        for len in [0, 1, 63, 64, 65, 130] {
            let all = Bits::all(len);
            assert!(all.iter().eq(0..len));
            let odd = Bits::of(len, |at| at % 2 == 1);
            let mut even = all.clone();
            even.remove(&odd);
            assert!(even.is_disjoint(&odd) && even.iter().all(|at| at % 2 == 0));
            even.add(&odd);
            assert_eq!(even, all);
            even.keep(&odd);
            assert_eq!(even, odd);
            assert!(!all.contains(len));
        }
    }
}

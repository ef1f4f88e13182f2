//! Sets of numbers as ranges: ports, and addresses of both families.
//!
//! Exact: union, intersection and difference are those of sets, and equal sets are equal values.

/// A number that ranges are made of.
pub trait Point: Copy + Ord {
    const FIRST: Self;
    const LAST: Self;
    /// The next one; none after the last.
    fn next(self) -> Option<Self>;
    /// The one before; none before the first.
    fn previous(self) -> Option<Self>;
}

macro_rules! point {
    ($number:ty, $first:expr) => {
        impl Point for $number {
            const FIRST: Self = $first;
            const LAST: Self = Self::MAX;
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
            fn previous(self) -> Option<Self> {
                (self > Self::FIRST).then(|| self - 1)
            }
        }
    };
}

// Ports: 0 is none.
point!(u16, 1);
// Addresses of IPv4 and IPv6.
point!(u32, 0);
point!(u128, 0);

/// A set of numbers: ranges in order, both ends belonging to them, no two touching.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Intervals<T> {
    list: Vec<(T, T)>,
}

impl<T> Default for Intervals<T> {
    fn default() -> Self {
        Self { list: Vec::new() }
    }
}

impl<T: Point> Intervals<T> {
    /// Every number.
    pub fn full() -> Self {
        Self::range(T::FIRST, T::LAST)
    }

    /// The numbers from one to another; none where the ends are the wrong way round.
    pub fn range(from: T, to: T) -> Self {
        let from = from.max(T::FIRST);
        Self {
            list: if from <= to {
                vec![(from, to)]
            } else {
                Vec::new()
            },
        }
    }

    pub fn one(number: T) -> Self {
        Self::range(number, number)
    }

    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn is_full(&self) -> bool {
        matches!(self.list[..], [(from, to)] if from == T::FIRST && to == T::LAST)
    }

    /// The ranges, ascending.
    pub fn ranges(&self) -> &[(T, T)] {
        &self.list
    }

    pub fn contains(&self, number: T) -> bool {
        let after = self.list.partition_point(|(from, _)| *from <= number);
        after
            .checked_sub(1)
            .and_then(|at| self.list.get(at))
            .is_some_and(|(_, to)| number <= *to)
    }

    /// Whether every number of the other set is in this one.
    pub fn covers(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all: Vec<(T, T)> = self.list.iter().chain(&other.list).copied().collect();
        all.sort_unstable();
        let mut list: Vec<(T, T)> = Vec::with_capacity(all.len());
        for (from, to) in all {
            match list.last_mut() {
                Some(last) if from <= last.1 || last.1.next() == Some(from) => {
                    last.1 = last.1.max(to);
                }
                _ => list.push((from, to)),
            }
        }
        Self { list }
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut list = Vec::new();
        let (mut left, mut right) = (self.list.iter().peekable(), other.list.iter().peekable());
        while let (Some(&&a), Some(&&b)) = (left.peek(), right.peek()) {
            let (from, to) = (a.0.max(b.0), a.1.min(b.1));
            if from <= to {
                list.push((from, to));
            }
            if a.1 < b.1 {
                left.next();
            } else {
                right.next();
            }
        }
        Self { list }
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }

    #[must_use]
    pub fn complement(&self) -> Self {
        let mut list = Vec::with_capacity(self.list.len() + 1);
        let mut begin = Some(T::FIRST);
        for (from, to) in &self.list {
            if let (Some(begin), Some(end)) = (begin, from.previous())
                && begin <= end
            {
                list.push((begin, end));
            }
            begin = to.next();
        }
        if let Some(begin) = begin {
            list.push((begin, T::LAST));
        }
        Self { list }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set() -> impl Strategy<Value = Intervals<u16>> {
        // Few numbers, at both ends, so that ranges touch and overlap.
        let number = prop_oneof![0_u16..12, 65_526_u16..=65_535];
        proptest::collection::vec((number.clone(), number), 0..5).prop_map(|ranges| {
            let ranges = ranges.into_iter().map(|(a, b)| Intervals::range(a, b));
            ranges.fold(Intervals::default(), |all, range| all.union(&range))
        })
    }

    fn samples() -> impl Iterator<Item = u16> {
        (1..14).chain(65_520..=65_535)
    }

    proptest! {
        #[test]
        fn does_what_sets_do(a in set(), b in set()) {
            for number in samples() {
                let (left, right) = (a.contains(number), b.contains(number));
                prop_assert_eq!(a.union(&b).contains(number), left || right);
                prop_assert_eq!(a.intersection(&b).contains(number), left && right);
                prop_assert_eq!(a.minus(&b).contains(number), left && !right);
                prop_assert_eq!(a.complement().contains(number), !left);
            }
            prop_assert_eq!(a.complement().complement(), a.clone());
            prop_assert_eq!(a.union(&b).complement(), a.complement().intersection(&b.complement()));
            prop_assert_eq!(a.minus(&b).union(&a.intersection(&b)), a.clone());
            prop_assert_eq!(a.covers(&b), a.union(&b) == a);
            prop_assert!(a.union(&a.complement()).is_full());
            for pair in a.union(&b).ranges().windows(2) {
                prop_assert!(pair[0].1.next().unwrap() < pair[1].0, "ranges touch");
            }
        }
    }

    #[test]
    fn holds_at_the_ends() {
        let all = Intervals::<u128>::full();
        assert!(all.is_full() && all.complement().is_empty());
        assert!(Intervals::<u16>::range(9, 8).is_empty());
        assert!(Intervals::<u16>::range(0, 0).is_empty(), "0 is no port");
        assert!(
            Intervals::<u32>::range(0, 4)
                .union(&Intervals::range(5, u32::MAX))
                .is_full()
        );
    }
}

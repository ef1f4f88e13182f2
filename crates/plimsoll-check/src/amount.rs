//! A number of pods, or a share of them: `1`, `25%`.

use plimsoll_object::yaml::{Node, Value};

/// A number of pods, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    Pods(i64),
    Percent(i64),
}

impl Amount {
    /// The amount of a field, where it is one.
    pub fn of(node: &Node) -> Option<Self> {
        match &node.value {
            Value::Int(pods) => Some(Self::Pods(*pods)),
            Value::Text(text) => text.strip_suffix('%')?.parse().ok().map(Self::Percent),
            _ => None,
        }
    }

    /// Pods of so many, a part of one counting as one.
    pub const fn rounded_up(self, pods: i64) -> i64 {
        match self {
            Self::Pods(number) => number,
            Self::Percent(percent) => pods.saturating_mul(percent).saturating_add(99) / 100,
        }
    }

    pub const fn is_zero(self) -> bool {
        matches!(self, Self::Pods(0) | Self::Percent(0))
    }

    /// Whether it is all of so many pods.
    pub const fn is_all(self, pods: i64) -> bool {
        match self {
            Self::Pods(number) => number >= pods,
            Self::Percent(percent) => percent >= 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_up() {
        for (amount, pods, expected) in [
            (Amount::Percent(25), 4, 1),
            (Amount::Percent(25), 5, 2),
            (Amount::Percent(0), 5, 0),
            (Amount::Pods(3), 5, 3),
        ] {
            assert_eq!(amount.rounded_up(pods), expected);
        }
        assert!(Amount::Percent(100).is_all(7) && Amount::Pods(7).is_all(7));
        assert!(!Amount::Percent(99).is_all(7) && Amount::Percent(0).is_zero());
    }
}

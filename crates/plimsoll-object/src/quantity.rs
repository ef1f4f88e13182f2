//! Amounts of resources (`100m`, `1.5Gi`, `12e6`), read as Kubernetes reads them.
//!
//! Exact: a number of nano-units, rounded away from zero, as the API server keeps it. Amounts past
//! 2^63 are all the same here. Specification: `resource.Quantity` of `k8s.io/apimachinery`.

use std::cmp::Ordering;

use crate::yaml::{Node, Value};

/// Nano-units of one.
const NANO: i128 = 1_000_000_000;
/// The most that is told apart: what a signed number of 64 bits holds.
const NANO_MAX: i128 = i64::MAX as i128 * NANO;
/// The longest text that is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 256;
/// Powers of ten past which an amount is all or next to nothing.
const EXPONENT_MAX: i64 = 60;

/// An amount of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity {
    nano: i128,
}

/// How a suffix multiplies.
#[derive(Clone, Copy)]
enum Factor {
    /// By a power of ten.
    Ten(i64),
    /// By a power of two.
    Two(u32),
}

impl Factor {
    /// Whether a suffix without any digit is zero: so it is, for all but the largest and smallest.
    const fn stands_alone(self) -> bool {
        match self {
            Self::Ten(exponent) => exponent >= -9,
            Self::Two(exponent) => exponent <= 40,
        }
    }
}

impl Quantity {
    pub const fn units(units: i64) -> Self {
        Self {
            nano: units as i128 * NANO,
        }
    }

    /// The amount that text says; none where the API server would refuse it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > TEXT_BYTES_MAX {
            return None;
        }
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (whole, rest) = digits(unsigned);
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => digits(rest),
            None => ("", rest),
        };
        let factor = factor(suffix)?;
        if whole.is_empty() && fraction.is_empty() && !factor.stands_alone() {
            return None;
        }
        let nano = scaled(whole, fraction, factor).min(NANO_MAX);
        Some(Self {
            nano: if negative { -nano } else { nano },
        })
    }

    /// The amount of a field: text or a number.
    pub fn of(node: &Node) -> Option<Self> {
        match &node.value {
            Value::Text(text) => Self::parse(text),
            Value::Int(units) => Some(Self::units(*units)),
            Value::Float(units) => Self::parse(&units.to_string()),
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The amount in nano-units: `1m` is a million.
    pub const fn nano(self) -> i128 {
        self.nano
    }

    pub const fn is_whole(self) -> bool {
        self.nano % NANO == 0
    }

    pub fn is_negative(self) -> bool {
        self.nano < 0
    }

    pub fn is_zero(self) -> bool {
        self.nano == 0
    }

    /// How it compares with another one multiplied.
    pub fn cmp_times(self, times: u32, other: Self) -> Ordering {
        self.nano.cmp(&other.nano.saturating_mul(i128::from(times)))
    }
}

/// A field as it was written, for people.
pub fn shown(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    }
}

/// Leading digits, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

fn factor(suffix: &str) -> Option<Factor> {
    Some(match suffix {
        "n" => Factor::Ten(-9),
        "u" => Factor::Ten(-6),
        "m" => Factor::Ten(-3),
        "" => Factor::Ten(0),
        "k" => Factor::Ten(3),
        "M" => Factor::Ten(6),
        "G" => Factor::Ten(9),
        "T" => Factor::Ten(12),
        "P" => Factor::Ten(15),
        "E" => Factor::Ten(18),
        "Ki" => Factor::Two(10),
        "Mi" => Factor::Two(20),
        "Gi" => Factor::Two(30),
        "Ti" => Factor::Two(40),
        "Pi" => Factor::Two(50),
        "Ei" => Factor::Two(60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            Factor::Ten(exponent.parse().ok()?)
        }
    })
}

/// `whole.fraction` times a factor, in nano-units, rounded up; the most that fits where it is more.
fn scaled(whole: &str, fraction: &str, factor: Factor) -> i128 {
    let (shift, times) = match factor {
        Factor::Ten(exponent) => (exponent.clamp(-EXPONENT_MAX, EXPONENT_MAX), 1),
        Factor::Two(exponent) => (0, 1_i128 << exponent),
    };
    // Digits left of the point once it stands behind the nano-units.
    let kept = i64::try_from(whole.len()).unwrap_or(i64::MAX) + shift + 9;
    if let Factor::Two(_) = factor {
        return binary(whole, fraction, times);
    }
    let all = whole.bytes().chain(fraction.bytes());
    let mut nano: i128 = 0;
    let mut rest = false;
    let mut seen: i64 = 0;
    for digit in all {
        if seen < kept {
            nano = nano
                .saturating_mul(10)
                .saturating_add(i128::from(digit - b'0'));
        } else {
            rest |= digit != b'0';
        }
        seen += 1;
    }
    while seen < kept && nano != 0 && nano != i128::MAX {
        nano = nano.saturating_mul(10);
        seen += 1;
    }
    nano.saturating_add(i128::from(rest))
}

/// The same for powers of two: long multiplication from the right, so that nothing is lost.
fn binary(whole: &str, fraction: &str, times: i128) -> i128 {
    let mut carried: Vec<u8> = Vec::with_capacity(fraction.len() + whole.len() + 20);
    let mut carry: i128 = 0;
    for digit in fraction.bytes().rev().chain(whole.bytes().rev()) {
        let sum = i128::from(digit - b'0') * times + carry;
        carried.push(u8::try_from(sum % 10).unwrap_or_default() + b'0');
        carry = sum / 10;
    }
    while carry > 0 {
        carried.push(u8::try_from(carry % 10).unwrap_or_default() + b'0');
        carry /= 10;
    }
    carried.reverse();
    let text = String::from_utf8(carried).unwrap_or_default();
    let point = text.len().saturating_sub(fraction.len());
    let (whole, fraction) = text.split_at_checked(point).unwrap_or((&text, ""));
    scaled(whole, fraction, Factor::Ten(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nano(text: &str) -> Option<i128> {
        Quantity::parse(text).map(|quantity| quantity.nano)
    }

    #[test]
    fn reads_what_the_api_server_reads() {
        for (text, expected) in [
            ("0", 0),
            ("1", NANO),
            ("+1", NANO),
            ("-1", -NANO),
            ("100m", NANO / 10),
            ("0.1", NANO / 10),
            (".5", NANO / 2),
            ("1.", NANO),
            ("1e3", 1000 * NANO),
            ("1E3", 1000 * NANO),
            ("1E", NANO * 1_000_000_000_000_000_000),
            ("1e-3", NANO / 1000),
            ("12e+2", 1200 * NANO),
            ("1Ki", 1024 * NANO),
            ("1.5Gi", 1_610_612_736 * NANO),
            ("0.1Ki", 102_400_000_000),
            ("1n", 1),
            ("0.1n", 1),
            ("1e-60", 1),
            ("0.0000000001Ki", 103),
            ("5u", 5000),
            ("007", 7 * NANO),
        ] {
            assert_eq!(nano(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_the_api_server_refuses() {
        for text in [
            "", " ", "1K", "1mi", "1GB", "1 Gi", "1gi", "ten", "1e", "1e1.5", "1.5.5", "1,5",
            "128MB", "1m1", "--1", "0x10", "1KiB",
        ] {
            assert_eq!(nano(text), None, "{text}");
        }
    }

    #[test]
    fn compares_exactly() {
        let of = |text| Quantity::parse(text).unwrap();
        assert!(of("1Gi") > of("1G"));
        assert_eq!(of("1024Mi"), of("1Gi"));
        assert_eq!(of("4Gi").cmp_times(4, of("1Gi")), Ordering::Equal);
        assert!(of("9e99") > of("1E"));
    }
}

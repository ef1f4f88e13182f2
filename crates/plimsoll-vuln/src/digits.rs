//! Numbers of any length inside version strings, compared without being converted.
//!
//! What the version schemes have in common; knows nothing of any one of them.

use std::cmp::Ordering;

/// Splits in front of the first byte that does not satisfy the test.
pub(crate) fn split_while(text: &[u8], test: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text
        .iter()
        .position(|byte| !test(*byte))
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// Splits off the ASCII digits in front.
pub(crate) fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    split_while(text, |byte| byte.is_ascii_digit())
}

/// Orders two runs of ASCII digits by their value; empty is zero.
pub(crate) fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (without_zeros(a), without_zeros(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Whether a run of digits is zero, or empty.
pub(crate) fn is_zero(digits: &[u8]) -> bool {
    digits.iter().all(|byte| *byte == b'0')
}

/// Whether it is a number: digits only, and at least one.
pub(crate) fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// The digits without zeros in front.
pub(crate) fn without_zeros(digits: &[u8]) -> &[u8] {
    split_while(digits, |byte| byte == b'0').1
}

/// Orders without regard to the case of ASCII letters.
pub(crate) fn compare_caseless(a: &[u8], b: &[u8]) -> Ordering {
    a.iter()
        .map(u8::to_ascii_lowercase)
        .cmp(b.iter().map(u8::to_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_upper_end() {
        let order = |a: &str, b: &str| compare_numbers(a.as_bytes(), b.as_bytes());
        assert_eq!(order("10", "9"), Ordering::Greater);
        assert_eq!(order("007", "7"), Ordering::Equal);
        assert_eq!(order("", "000"), Ordering::Equal);
        assert_eq!(
            order("99999999999999999999998", "99999999999999999999999"),
            Ordering::Less
        );
    }

    #[test]
    fn case_is_folded_for_ascii_only() {
        assert_eq!(compare_caseless(b"BETA", b"beta"), Ordering::Equal);
        assert_eq!(compare_caseless(b"beta", b"BETA2"), Ordering::Less);
    }
}

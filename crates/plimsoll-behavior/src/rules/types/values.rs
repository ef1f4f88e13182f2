//! Whether a value is one that a field of a type can be compared with.

use std::net::IpAddr;

use super::super::catalog::FieldKind;
use super::super::condition::{Compare, Operator};
use super::Problem;

/// What is wrong with a value, if anything.
pub fn value_problem(kind: FieldKind, operator: Operator, value: &str) -> Option<Problem> {
    if let Operator::Compare(compare, _) = operator {
        match compare {
            Compare::ContainsBytes | Compare::StartsWithBytes => return hex(value),
            Compare::Regex => return pattern(value),
            _ => {}
        }
    }
    let (is_right, what) = match kind {
        FieldKind::Text | FieldKind::Bytes | FieldKind::Dynamic => (true, ""),
        FieldKind::Signed => (signed(value).is_some(), "number"),
        FieldKind::Unsigned | FieldKind::Time => (unsigned(value).is_some(), "number"),
        FieldKind::Port => {
            let is_port = unsigned(value).is_some_and(|port| u16::try_from(port).is_ok());
            (is_port, "port number")
        }
        FieldKind::Bool => (matches!(value, "true" | "false"), "boolean value"),
        FieldKind::Address => (value.parse::<IpAddr>().is_ok(), "IP address"),
        FieldKind::Network => (network(value), "IP address or network"),
    };
    if is_right {
        return None;
    }
    Some(Problem::wrong(format!("'{value}' is not a valid {what}")))
}

/// A whole number as conditions write it: decimal, or hexadecimal behind `0x`.
pub fn unsigned(text: &str) -> Option<u64> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    if let Some(digits) = hex {
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return is_hex
            .then(|| u64::from_str_radix(digits, 16).ok())
            .flatten();
    }
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

fn signed(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(_) => text.parse().ok(),
        None => unsigned(text).and_then(|number| number.try_into().ok()),
    }
}

fn network(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else {
        return text.parse::<IpAddr>().is_ok();
    };
    let Ok(bits) = bits.parse::<u8>() else {
        return false;
    };
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => bits <= 32,
        Ok(IpAddr::V6(_)) => bits <= 128,
        Err(_) => false,
    }
}

fn hex(value: &str) -> Option<Problem> {
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && value.len().is_multiple_of(2) && !value.is_empty() {
        return None;
    }
    let message = format!("'{value}' is not a valid hex string");
    Some(Problem::wrong(message).hint("two digits for each byte, as 48545450"))
}

/// Largest compiled pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;

fn pattern(value: &str) -> Option<Problem> {
    let mut builder = regex::bytes::RegexBuilder::new(value);
    let error = builder.size_limit(PATTERN_BYTES_MAX).build().err()?;
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        error => {
            let text = error.to_string();
            text.lines().next_back().unwrap_or_default().to_owned()
        }
    };
    let message = format!("invalid regular expression '{value}': {reason}");
    Some(Problem::wrong(message))
}

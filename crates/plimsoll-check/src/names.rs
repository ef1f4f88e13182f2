//! What names and labels may be made of.
//!
//! Specification: `IsDNS1123Subdomain` and its like in `k8s.io/apimachinery`.

/// Longest name of an object, in bytes.
pub const SUBDOMAIN_BYTES_MAX: usize = 253;
/// Longest part of a name, longest label, in bytes.
pub const LABEL_BYTES_MAX: usize = 63;
/// Longest name of a CronJob: its jobs append eleven characters.
pub const CRON_JOB_BYTES_MAX: usize = 52;

/// Small letters, digits and dashes, with no dash at an end.
pub fn is_label_text(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// What is wrong with the name of an object that may have dots.
pub fn subdomain_error(name: &str) -> Option<String> {
    if name.len() > SUBDOMAIN_BYTES_MAX {
        return Some(too_long(SUBDOMAIN_BYTES_MAX));
    }
    let is_whole = name.split('.').all(is_label_text);
    (!is_whole).then(|| {
        "only small letters, digits, `-` and `.` may stand in it, letters and digits at the ends"
            .to_owned()
    })
}

/// What is wrong with the name of an object that is one part of a host's name.
pub fn label_error(name: &str, must_begin_with_letter: bool) -> Option<String> {
    if name.len() > LABEL_BYTES_MAX {
        return Some(too_long(LABEL_BYTES_MAX));
    }
    if !is_label_text(name) {
        let what =
            "only small letters, digits and `-` may stand in it, letters and digits at the ends";
        return Some(what.to_owned());
    }
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    (must_begin_with_letter && !begins).then(|| "it must begin with a letter".to_owned())
}

pub fn too_long(bytes_max: usize) -> String {
    format!("it is longer than {bytes_max} characters")
}

/// Letters, digits, `-`, `_`, `.`, with letters or digits at the ends; at most 63.
fn is_qualified(text: &str) -> bool {
    let end = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.len() <= LABEL_BYTES_MAX
        && text.bytes().all(inner)
        && end(text.bytes().next())
        && end(text.bytes().next_back())
}

/// Whether text may be the value of a label.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_qualified(text)
}

/// Whether text may be the key of a label or an annotation: `app`, `example.com/app`.
pub fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => subdomain_error(prefix).is_none() && is_qualified(name),
        None => is_qualified(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, good) in [
            ("cart", true),
            ("cart-2.shop", true),
            ("0", true),
            ("Cart", false),
            ("cart_2", false),
            ("-cart", false),
            ("cart.", false),
            ("", false),
            ("a..b", false),
        ] {
            assert_eq!(subdomain_error(name).is_none(), good, "{name}");
        }
        assert!(subdomain_error(&"a".repeat(253)).is_none());
        assert!(subdomain_error(&"a".repeat(254)).is_some());
        assert!(label_error("a.b", false).is_some());
        assert!(label_error("1a", false).is_none());
        assert!(label_error("1a", true).is_some());
    }

    #[test]
    fn labels() {
        for (value, good) in [
            ("", true),
            ("v1.2_3-x", true),
            ("a b", false),
            ("-a", false),
            ("a.", false),
        ] {
            assert_eq!(is_label_value(value), good, "{value}");
        }
        assert!(!is_label_value(&"a".repeat(64)));
        for (key, good) in [
            ("app", true),
            ("app.kubernetes.io/name", true),
            ("/app", false),
            ("App.io/x", false),
            ("a/b/c", false),
            ("", false),
        ] {
            assert_eq!(is_label_key(key), good, "{key}");
        }
    }
}

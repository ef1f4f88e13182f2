//! The words of vendors for severity, and prose cut to one line.

use plimsoll_model::Severity;

/// Longest summary kept, in characters.
const SUMMARY_CHARS_MAX: usize = 200;

/// What a vendor's word for severity means; `None` for words that say nothing.
pub(crate) fn severity(word: &str) -> Option<Severity> {
    let word = word.trim().trim_end_matches('*').to_ascii_lowercase();
    Some(match word.as_str() {
        "critical" | "urgent" => Severity::Critical,
        "high" | "important" => Severity::High,
        "medium" | "moderate" => Severity::Medium,
        "low" | "minor" => Severity::Low,
        "negligible" | "unimportant" | "none" | "informational" => Severity::Negligible,
        _ => return None,
    })
}

/// One line of prose without control characters, cut at a word.
pub(crate) fn one_line(text: &str) -> Option<String> {
    let mut line = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        chars += word.chars().count() + 1;
        if chars > SUMMARY_CHARS_MAX {
            line.push_str(if line.is_empty() { "…" } else { " …" });
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&plimsoll_model::text::clean(word));
    }
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_vendors() {
        assert_eq!(severity("MODERATE"), Some(Severity::Medium));
        assert_eq!(severity("Important"), Some(Severity::High));
        assert_eq!(severity("medium**"), Some(Severity::Medium));
        assert_eq!(severity("not yet assigned"), None);
        assert_eq!(severity("untriaged"), None);
    }

    #[test]
    fn prose_becomes_one_line() {
        assert_eq!(one_line(" a\n  b\u{1b}c "), Some("a b\\u{1b}c".to_owned()));
        assert_eq!(one_line(" \n"), None);
        let long = one_line(&"word ".repeat(100)).unwrap();
        assert!(long.chars().count() <= SUMMARY_CHARS_MAX + 2 && long.ends_with(" …"));
    }
}

//! Typed YAML with a budget: no document from outside may nest, alias or grow without end.

use serde::de::DeserializeOwned;
use serde_saphyr::{DuplicateKeyPolicy, Options, budget::Budget};

/// Nested collections.
const DEPTH_MAX: usize = 32;
/// Parser events in one document; Alpine's largest has some 30,000.
const EVENTS_MAX: usize = 4_000_000;

/// Reads one document.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let mut budget = Budget::default();
    budget.max_depth = DEPTH_MAX;
    budget.max_events = EVENTS_MAX;
    budget.max_nodes = EVENTS_MAX;
    budget.max_aliases = 100;
    budget.max_anchors = 100;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.duplicate_keys = DuplicateKeyPolicy::LastWins;
    serde_saphyr::from_str_with_options(text, options).map_err(|error| first_line(&error))
}

/// Messages come with a piece of the document over several lines; the first line says enough.
fn first_line(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write;

    use super::*;

    #[test]
    fn versions_and_dates_stay_text() {
        let read: Result<BTreeMap<String, String>, String> =
            parse(b"a: 5.10\nb: 2020-01-01\nc: 1e3\nd: '0'\ne: 010\nf: yes\n");
        let expected = [
            ("a", "5.10"),
            ("b", "2020-01-01"),
            ("c", "1e3"),
            ("d", "0"),
            ("e", "010"),
            ("f", "yes"),
        ];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(read, Ok(BTreeMap::from(expected)));
    }

    #[test]
    fn bombs_are_refused() {
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(parse::<serde_json::Value>(deep.as_bytes()).is_err());
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let below = level - 1;
            let aliases = vec![format!("*a{below}"); 10].join(", ");
            writeln!(laughs, "a{level}: &a{level} [{aliases}]").unwrap();
        }
        assert!(parse::<serde_json::Value>(laughs.as_bytes()).is_err());
        assert!(parse::<serde_json::Value>(b"\xff\xfe").is_err());
    }
}

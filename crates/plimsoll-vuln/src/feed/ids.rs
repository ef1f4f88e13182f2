//! Ids of vulnerabilities, found in ids and in prose.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// A CVE id (or its old form, `CAN-…`) with the misspellings that changelogs and feeds have:
/// `CVE_2019-2426`, `CVE 2019-2426`, `cve-2019-2426`.
static CVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[^A-Za-z])(?:CVE|CAN)[-_ –]{0,2}((?:19|20)[0-9]{2})[-_–]([0-9]{4,9})")
        .ok()
});

/// `/1235`: further numbers behind an id that leave out its beginning.
static CVE_MORE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:/|/-)([0-9]{4,7})(?:[^0-9.A-Za-z:~+-]|$)").ok());

/// `, 2018-1001`: further ids that leave out `CVE-`.
static CVE_YEAR_MORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:/|, ?|,? and |, ?-)((?:19|20)[0-9]{2})-([0-9]{4,7})(?:[^0-9.A-Za-z~+-]|$)")
        .ok()
});

/// Whether this is a CVE id in its plain form.
pub(crate) fn is_cve(id: &str) -> bool {
    let mut parts = id.split('-');
    let digits = |part: Option<&str>, len: std::ops::RangeInclusive<usize>| {
        part.is_some_and(|part| {
            len.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    parts.next() == Some("CVE")
        && digits(parts.next(), 4..=4)
        && digits(parts.next(), 4..=9)
        && parts.next().is_none()
}

/// The year in an id such as `CVE-2024-1234` or `GO-2026-4454`.
pub(crate) fn year(id: &str) -> Option<i16> {
    let year = id.split('-').nth(1).filter(|year| year.len() == 4)?;
    year.parse().ok().filter(|year| (1990..2100).contains(year))
}

/// The CVE ids in a text, in order, each once, in their plain form.
pub(crate) fn cves(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let Some(pattern) = CVE.as_ref() else {
        return found;
    };
    let mut add = |year: &str, number: &str| found.push(format!("CVE-{year}-{number}"));
    for hit in pattern.captures_iter(text) {
        let (Some(whole), Some(year), Some(number)) = (hit.get(0), hit.get(1), hit.get(2)) else {
            continue;
        };
        add(year.as_str(), number.as_str());
        let mut year = year.as_str();
        let mut rest = text.get(whole.end()..).unwrap_or_default();
        loop {
            let patterns = (CVE_YEAR_MORE.as_ref(), CVE_MORE.as_ref());
            let (more, end) = match patterns {
                (Some(with_year), _) if with_year.is_match(rest) => {
                    let Some(more) = with_year.captures(rest) else {
                        break;
                    };
                    year = more.get(1).map_or(year, |part| part.as_str());
                    (more.get(2), more.get(2).map(|part| part.end()))
                }
                (_, Some(short)) => {
                    let Some(more) = short.captures(rest) else {
                        break;
                    };
                    (more.get(1), more.get(1).map(|part| part.end()))
                }
                _ => break,
            };
            let (Some(number), Some(end)) = (more, end) else {
                break;
            };
            add(year, number.as_str());
            rest = rest.get(end..).unwrap_or_default();
        }
    }
    dedup(&mut found);
    found
}

/// Drops repetitions and keeps the order.
pub(crate) fn dedup(ids: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    let is_first: Vec<bool> = ids.iter().map(|id| known.insert(id.as_str())).collect();
    let mut is_first = is_first.into_iter();
    ids.retain(|_| is_first.next().unwrap_or(false));
}

/// The CWE ids in a list, sorted.
pub(crate) fn weaknesses<S: AsRef<str>>(list: &[S]) -> Vec<String> {
    let is_id = |id: &str| {
        id.strip_prefix("CWE-").is_some_and(|digits| {
            (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let mut ids: Vec<String> = list
        .iter()
        .map(|id| id.as_ref().trim())
        .filter(|id| is_id(id))
        .map(str::to_owned)
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds that anybody can write to may repeat an alias a million times.
    #[test]
    fn repetitions_go_and_the_order_stays() {
        let mut ids: Vec<String> = ["b", "a", "b", "c", "a"].map(str::to_owned).to_vec();
        dedup(&mut ids);
        assert_eq!(ids, ["b", "a", "c"]);
        let mut ids: Vec<String> = (0..200_000).map(|number| number.to_string()).collect();
        dedup(&mut ids);
        assert_eq!(ids.len(), 200_000);
    }

    #[test]
    fn ids_in_prose() {
        for (text, expected) in [
            ("fix CVE-2023-1234: foo", vec!["CVE-2023-1234"]),
            ("CAN-2004-0110", vec!["CVE-2004-0110"]),
            ("CVE_2019-2426", vec!["CVE-2019-2426"]),
            ("d/p/cve-2020-12345.patch", vec!["CVE-2020-12345"]),
            (
                "CVE-2017-5715 CVE-2017-5753 XSA-254",
                vec!["CVE-2017-5715", "CVE-2017-5753"],
            ),
            (
                "(CVE-2016-1234/1235, CVE-2016-1236)",
                vec!["CVE-2016-1234", "CVE-2016-1235", "CVE-2016-1236"],
            ),
            (
                "CVE-2018-1000, 2018-1001",
                vec!["CVE-2018-1000", "CVE-2018-1001"],
            ),
            ("CVE-2019-1234, 5678-1 is a version", vec!["CVE-2019-1234"]),
            ("CVE-2019-1234, 1.2.3", vec!["CVE-2019-1234"]),
            ("CVE-2020-1 is none, CVE-????-????", vec![]),
            ("RELATIVE-2020-1234", vec![]),
            (
                "CVE-2020-1234 and again CVE-2020-1234",
                vec!["CVE-2020-1234"],
            ),
        ] {
            assert_eq!(cves(text), expected, "{text}");
        }
    }

    #[test]
    fn plain_form() {
        assert!(is_cve("CVE-2014-0160"));
        for id in [
            "CVE-2014-016",
            "cve-2014-0160",
            "CVE-2014-0160-1",
            "CVE-20140-160",
            "",
        ] {
            assert!(!is_cve(id), "{id}");
        }
    }
}

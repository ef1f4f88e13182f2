//! Random pairs of versions that a tool has judged, and how ours differ.

use std::cmp::Ordering;

use plimsoll_vuln::schemes::scheme;

use crate::run::{Random, Vocabulary};

/// Pairs that are asked.
pub const PAIRS: usize = 100_000;

pub fn sign(order: Ordering) -> &'static str {
    match order {
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    }
}

/// Pairs until at least so many of them are valid to the tool; returns those with its answer.
pub fn judged(
    vocabulary: &Vocabulary,
    seed: u64,
    pairs: usize,
    oracle: &mut dyn FnMut(&[String]) -> Vec<String>,
) -> Vec<(String, String, String)> {
    let mut random = Random::new(seed);
    let mut judged = Vec::with_capacity(pairs);
    while judged.len() < pairs {
        let batch: Vec<(String, String)> = (0..pairs.max(1000) / 2)
            .map(|_| vocabulary.pair(&mut random))
            .collect();
        let lines: Vec<String> = batch.iter().map(|(a, b)| format!("{a}\t{b}")).collect();
        let before = judged.len();
        judged.extend(
            (batch.into_iter().zip(oracle(&lines)))
                .filter(|(_, answer)| answer != "!")
                .map(|((a, b), answer)| (a, b, answer)),
        );
        assert!(judged.len() > before + pairs / 50, "too few valid pairs");
    }
    judged
}

pub type Compare = fn(&dyn plimsoll_vuln::VersionScheme, &str, &str) -> String;

pub fn compare(scheme: &dyn plimsoll_vuln::VersionScheme, a: &str, b: &str) -> String {
    match scheme.compare(a, b) {
        Ok(order) => sign(order).to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The pairs on which the scheme and the tool differ, as lines.
pub fn differences(
    scheme_id: &str,
    compare: Compare,
    judged: &[(String, String, String)],
) -> Vec<String> {
    let scheme = scheme(scheme_id).expect("a scheme of the list");
    judged
        .iter()
        .filter_map(|(a, b, answer)| {
            let ours = compare(scheme, a, b);
            (ours != *answer).then(|| format!("{a} {answer} {b}, ours {ours}"))
        })
        .collect()
}

pub fn assert_same(scheme_id: &str, compare: Compare, judged: &[(String, String, String)]) {
    let differences = differences(scheme_id, compare, judged);
    assert!(
        differences.is_empty(),
        "{scheme_id}: {} of {} pairs differ:\n{}",
        differences.len(),
        judged.len(),
        differences[..differences.len().min(40)].join("\n")
    );
}

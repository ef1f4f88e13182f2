//! How bad a vulnerability is for one package.
//!
//! The word of the source that speaks for the package comes first: a distribution rates what its
//! own build exposes. Then the worst CVSS rating of those who say that the package is affected,
//! then that of the CVE record, then what others rated the same vulnerability.

use plimsoll_model::{Cvss, Severity};

use super::weigh::Says;
use crate::database::vulnerabilities::{CvssEntry, Entry, RecordEntry};
use crate::feed::words;

/// Severity, the vendor's own word, and all ratings.
pub struct Rating {
    pub severity: Severity,
    pub vendor_severity: Option<String>,
    /// Newest version of CVSS first, then the highest.
    pub cvss: Vec<Cvss>,
}

pub fn rate(entry: &Entry, says: &[Says]) -> Rating {
    let said: Vec<(&Says, &RecordEntry)> = says
        .iter()
        .filter_map(|one| Some((one, entry.records.get(one.record as usize)?)))
        .collect();
    let vendor = said.iter().find_map(|(one, record)| {
        let words = [&one.vendor_severity, &record.vendor_severity];
        let known = |word: &String| Some((words::severity(word)?, word.clone()));
        words.into_iter().flatten().find_map(known)
    });
    let own = said
        .iter()
        .flat_map(|(_, record)| &record.cvss)
        .collect::<Vec<_>>();
    let of_record = || entry.enrichment.iter().flat_map(|known| &known.cvss);
    let of_others = || entry.records.iter().flat_map(|record| &record.cvss);

    let severity = vendor
        .as_ref()
        .map(|(severity, _)| *severity)
        .or_else(|| worst(own.iter().copied()))
        .or_else(|| said.iter().filter_map(|(_, record)| stated(record)).max())
        .or_else(|| worst(of_record()))
        .or_else(|| worst(of_others()))
        .or_else(|| entry.records.iter().filter_map(stated).max())
        .unwrap_or_default();
    let mut cvss: Vec<Cvss> = own
        .into_iter()
        .chain(of_record())
        .filter_map(score)
        .collect();
    cvss.sort_by(|a, b| {
        b.version
            .cmp(&a.version)
            .then(b.score.total_cmp(&a.score))
            .then_with(|| a.source.cmp(&b.source))
            .then_with(|| a.vector.cmp(&b.vector))
    });
    cvss.dedup();
    Rating {
        severity,
        vendor_severity: vendor.map(|(_, word)| word),
        cvss,
    }
}

/// The severity that a record states, by its own rating or its vendor's word.
fn stated(record: &RecordEntry) -> Option<Severity> {
    let word = record.vendor_severity.as_deref().and_then(words::severity);
    let own = record.severity.and_then(|code| {
        Severity::WORST_FIRST
            .into_iter()
            .rev()
            .nth(usize::from(code))
    });
    word.or(own)
        .filter(|severity| *severity != Severity::Unknown)
}

fn worst<'a>(vectors: impl Iterator<Item = &'a CvssEntry>) -> Option<Severity> {
    vectors
        .filter_map(score)
        .map(|cvss| crate::cvss::severity(&cvss))
        .max()
}

/// A vector with its score; `None` where it is no vector.
fn score(entry: &CvssEntry) -> Option<Cvss> {
    let mut cvss = crate::cvss::score(&entry.vector).ok()?;
    cvss.source.clone_from(&entry.rated_by);
    Some(cvss)
}

//! What a database says about itself.

use plimsoll_model::{AdvisorySet, AdvisorySnapshot, Date, Digest};

use crate::Scope;

/// Sources, sizes and coverage of a database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// Sorted by id.
    pub sources: Vec<SourceMeta>,
    /// Built without the prose of the sources.
    pub facts_only: bool,
    /// Number of vulnerabilities, aliases merged.
    pub vulnerabilities: u64,
    /// Number of (scope, package) pairs.
    pub packages: u64,
    /// Number of (vulnerability, scope, package) statements.
    pub statements: u64,
}

/// One source's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceMeta {
    /// The source's id in the list.
    pub id: String,
    /// The source's own date, else the day of its newest record.
    pub snapshot: Option<Date>,
    /// Number of advisories.
    pub records: u64,
    /// Number of CVE ids it rates, or lists as exploited.
    pub enrichments: u64,
    /// Number of support facts.
    pub supports: u64,
    /// Number of parts that could not be read.
    pub skipped: u64,
    /// The first of them.
    pub skipped_first: Vec<SkippedPart>,
    /// Scopes it speaks for as a whole, sorted.
    pub covers: Vec<Scope>,
    /// Scopes it says something about, sorted.
    pub mentions: Vec<Scope>,
}

/// A part of a feed that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedPart {
    pub path: String,
    pub reason: String,
}

impl Meta {
    /// What reports say about the database whose file has this digest.
    pub fn advisory_set(&self, digest: Digest) -> AdvisorySet {
        AdvisorySet {
            digest,
            sources: self.sources.iter().map(SourceMeta::snapshot).collect(),
        }
    }

    /// Day of the newest snapshot.
    pub fn newest(&self) -> Option<Date> {
        self.sources
            .iter()
            .filter_map(|source| source.snapshot)
            .max()
    }
}

impl SourceMeta {
    fn snapshot(&self) -> AdvisorySnapshot {
        AdvisorySnapshot {
            name: self.id.clone(),
            snapshot: self.snapshot,
            records: self.records.max(self.enrichments).max(self.supports),
            coverage: coverage(&self.covers),
        }
    }
}

/// `debian 12, 13; ubuntu 22.04`: scopes for people. Releases are kept in the order given.
fn coverage(scopes: &[Scope]) -> Option<String> {
    let mut out = String::new();
    let mut last = "";
    for scope in scopes {
        let mut parts = scope.as_str().splitn(3, ':');
        let purl_type = parts.next().unwrap_or_default();
        let (name, release) = match (parts.next(), parts.next()) {
            (Some(name), release) => (name, release),
            (None, _) => (purl_type, None),
        };
        if name != last {
            if !out.is_empty() {
                out.push_str("; ");
            }
            out.push_str(name);
        }
        if let Some(release) = release {
            out.push_str(if name == last { ", " } else { " " });
            out.push_str(release);
        }
        last = name;
    }
    (!out.is_empty()).then_some(out)
}

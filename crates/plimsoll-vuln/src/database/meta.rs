//! What a database says about itself.

use plimsoll_model::{AdvisorySet, AdvisorySnapshot, Date, Digest};
use serde::{Deserialize, Serialize};

use super::DatabaseError;
use super::codec::CodecError;
use super::vulnerabilities::{day_of, pack_day};
use crate::{Scope, Support, SupportState};

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
    /// Number of ids and aliases.
    pub ids: u64,
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

/// [`Meta`] as stored.
#[derive(Serialize, Deserialize)]
struct MetaEntry {
    sources: Vec<SourceEntry>,
    facts_only: bool,
    vulnerabilities: u64,
    packages: u64,
    ids: u64,
    statements: u64,
}

/// [`SourceMeta`] as stored.
#[derive(Serialize, Deserialize)]
struct SourceEntry {
    id: String,
    snapshot: Option<u32>,
    records: u64,
    enrichments: u64,
    supports: u64,
    skipped: u64,
    skipped_first: Vec<(String, String)>,
    covers: Vec<String>,
    mentions: Vec<String>,
}

/// [`Support`] as stored.
#[derive(Serialize, Deserialize)]
struct SupportEntry {
    scope: String,
    package: Option<String>,
    state: u8,
    until: Option<u32>,
    version: Option<String>,
}

fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // Plain structs of texts and numbers have nothing that postcard refuses.
    postcard::to_allocvec(value).unwrap_or_default()
}

fn decode<'a, T: Deserialize<'a>>(part: &str, bytes: &'a [u8]) -> Result<T, DatabaseError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(DatabaseError::damaged(part, CodecError::Rest.to_string())),
        Err(error) => Err(DatabaseError::damaged(part, error.to_string())),
    }
}

impl Meta {
    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(&MetaEntry {
            sources: self.sources.iter().map(SourceMeta::entry).collect(),
            facts_only: self.facts_only,
            vulnerabilities: self.vulnerabilities,
            packages: self.packages,
            ids: self.ids,
            statements: self.statements,
        })
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DatabaseError> {
        let entry: MetaEntry = decode("section meta", bytes)?;
        let sources: Result<_, CodecError> =
            entry.sources.into_iter().map(SourceMeta::new).collect();
        Ok(Self {
            sources: sources
                .map_err(|error| DatabaseError::damaged("section meta", error.to_string()))?,
            facts_only: entry.facts_only,
            vulnerabilities: entry.vulnerabilities,
            packages: entry.packages,
            ids: entry.ids,
            statements: entry.statements,
        })
    }
}

impl SourceMeta {
    fn entry(&self) -> SourceEntry {
        let spelled = |scopes: &[Scope]| scopes.iter().map(|s| s.as_str().to_owned()).collect();
        SourceEntry {
            id: self.id.clone(),
            snapshot: self.snapshot.map(pack_day),
            records: self.records,
            enrichments: self.enrichments,
            supports: self.supports,
            skipped: self.skipped,
            skipped_first: self
                .skipped_first
                .iter()
                .map(|part| (part.path.clone(), part.reason.clone()))
                .collect(),
            covers: spelled(&self.covers),
            mentions: spelled(&self.mentions),
        }
    }

    fn new(entry: SourceEntry) -> Result<Self, CodecError> {
        let scopes = |texts: Vec<String>| texts.into_iter().map(Scope::from).collect();
        Ok(Self {
            id: entry.id,
            snapshot: entry.snapshot.map(day_of).transpose()?,
            records: entry.records,
            enrichments: entry.enrichments,
            supports: entry.supports,
            skipped: entry.skipped,
            skipped_first: entry
                .skipped_first
                .into_iter()
                .map(|(path, reason)| SkippedPart { path, reason })
                .collect(),
            covers: scopes(entry.covers),
            mentions: scopes(entry.mentions),
        })
    }
}

/// The support section.
pub fn encode_support(facts: &[Support]) -> Vec<u8> {
    let entries: Vec<SupportEntry> = facts
        .iter()
        .map(|fact| SupportEntry {
            scope: fact.scope.as_str().to_owned(),
            package: fact.package.clone(),
            state: match fact.state {
                SupportState::Supported => 0,
                SupportState::Limited => 1,
                SupportState::Ended => 2,
            },
            until: fact.until.map(pack_day),
            version: fact.version.clone(),
        })
        .collect();
    encode(&entries)
}

pub fn decode_support(bytes: &[u8]) -> Result<Vec<Support>, DatabaseError> {
    let entries: Vec<SupportEntry> = decode("section support", bytes)?;
    let facts: Result<Vec<Support>, CodecError> = entries
        .into_iter()
        .map(|entry| {
            Ok(Support {
                scope: Scope::from(entry.scope),
                package: entry.package,
                state: match entry.state {
                    0 => SupportState::Supported,
                    1 => SupportState::Limited,
                    2 => SupportState::Ended,
                    _ => return Err(CodecError::Code),
                },
                until: entry.until.map(day_of).transpose()?,
                version: entry.version,
            })
        })
        .collect();
    facts.map_err(|error| DatabaseError::damaged("section support", error.to_string()))
}

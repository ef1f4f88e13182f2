//! Looking a vulnerability up by id, with all the evidence there is.

use std::collections::BTreeMap;

use plimsoll_model::Severity;

use super::vulnerabilities::Entry;
use super::{Database, DatabaseError, damaged_list, keys, next_statement};
use crate::{Affected, Enrichment, Record, Scope};

/// Everything that is known about one vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct Vulnerability {
    /// The CVE id where there is one.
    pub id: String,
    /// Other ids of the same vulnerability, sorted.
    pub aliases: Vec<String>,
    /// KEV, EPSS, rating and state of the CVE record, merged.
    pub enrichment: Option<Enrichment>,
    /// Ids of the sources that the enrichment comes from, sorted.
    pub enriched_by: Vec<String>,
    /// What each source says, sorted by source and id.
    pub records: Vec<SourcedRecord>,
}

/// A source's record about a vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcedRecord {
    /// Id of the source (`debian`).
    pub source: String,
    /// With every package it speaks about, sorted by scope and package.
    pub record: Record,
}

impl Vulnerability {
    /// Whether its record was rejected, or every source has withdrawn its own.
    pub fn is_void(&self) -> bool {
        let rejected = self.enrichment.as_ref().is_some_and(|known| known.rejected);
        let withdrawn = !self.records.is_empty()
            && self
                .records
                .iter()
                .all(|sourced| sourced.record.withdrawn.is_some());
        rejected || withdrawn
    }

    /// The worst severity that a source gives in its own words.
    pub fn severity(&self) -> Option<Severity> {
        self.records
            .iter()
            .filter_map(|sourced| sourced.record.severity)
            .max()
    }
}

impl Database {
    /// The vulnerabilities that an id names, in any case: one for a CVE id or an alias, several
    /// for a notice (`DSA-5417-1`), none where it is not known.
    ///
    /// Reads through all statements for what the records say about packages: tens of milliseconds,
    /// for a person who asks, not for matching.
    pub fn vulnerability(&self, id: &str) -> Result<Vec<Vulnerability>, DatabaseError> {
        let numbers = self.numbers_of(id)?;
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = BTreeMap::new();
        for number in numbers {
            found.insert(number, self.vulnerability_at(number)?);
        }
        self.packages().each_from(b"", |key, offset| {
            self.collect(key, offset, &mut found)?;
            Ok(true)
        })?;
        Ok(found.into_values().collect())
    }

    /// A vulnerability by its number, without what its records say about packages.
    pub fn vulnerability_at(&self, number: u32) -> Result<Vulnerability, DatabaseError> {
        self.vulnerability_of(self.blocks().entry(number)?)
    }

    pub(super) fn vulnerability_of(&self, entry: Entry) -> Result<Vulnerability, DatabaseError> {
        let damaged = |error: super::codec::CodecError| {
            DatabaseError::damaged(format!("vulnerability {}", entry.id), error.to_string())
        };
        let mut records = Vec::with_capacity(entry.records.len());
        for record in entry.records {
            records.push(SourcedRecord {
                source: self.source_name(record.source)?.to_owned(),
                record: record.into_record(&entry.id).map_err(damaged)?,
            });
        }
        let mut enriched_by = Vec::new();
        let mut enrichment = None;
        if let Some(stored) = entry.enrichment {
            for source in &stored.sources {
                enriched_by.push(self.source_name(*source)?.to_owned());
            }
            enrichment = Some(stored.into_enrichment(&entry.id).map_err(damaged)?);
        }
        Ok(Vulnerability {
            id: entry.id,
            aliases: entry.aliases,
            enrichment,
            enriched_by,
            records,
        })
    }

    /// Adds what one package's list says about the vulnerabilities asked for.
    fn collect(
        &self,
        key: &[u8],
        offset: u64,
        found: &mut BTreeMap<u32, Vulnerability>,
    ) -> Result<(), DatabaseError> {
        let (scope, package) =
            keys::split_key(key).ok_or_else(|| damaged_list(key, "its key has no scope"))?;
        let (mut list, _) = self.list_at(offset, key)?;
        let mut wanted: Vec<(u32, u32, Affected)> = Vec::new();
        while let Some(statement) = next_statement(&mut list, key)? {
            if found.contains_key(&statement.vulnerability) {
                let statement = statement.clone();
                let scope = Scope::from(scope.to_owned());
                let affected = list.affected(&statement, &scope, package);
                wanted.push((statement.vulnerability, statement.record, affected));
            }
        }
        for (number, record, affected) in wanted {
            let record = found
                .get_mut(&number)
                .and_then(|known| known.records.get_mut(record as usize))
                .ok_or_else(|| damaged_list(key, "it names a record that is not there"))?;
            record.record.affected.push(affected);
        }
        Ok(())
    }

    /// Names of packages that start so, with their scopes, sorted; at most `count_max`.
    pub fn packages_like(
        &self,
        prefix: &str,
        count_max: usize,
    ) -> Result<Vec<(Scope, String)>, DatabaseError> {
        let mut scopes: Vec<&Scope> = self
            .meta
            .sources
            .iter()
            .flat_map(|source| &source.mentions)
            .collect();
        scopes.sort_unstable();
        scopes.dedup();
        let mut out = Vec::new();
        let mut key = Vec::new();
        for scope in scopes {
            keys::package_key(&mut key, scope.as_str(), prefix);
            self.packages().each_from(&key, |found, _| {
                if let Some((_, package)) = keys::split_key(found) {
                    out.push((scope.clone(), package.to_owned()));
                }
                Ok(out.len() < count_max)
            })?;
            if out.len() >= count_max {
                break;
            }
        }
        out.truncate(count_max);
        Ok(out)
    }
}

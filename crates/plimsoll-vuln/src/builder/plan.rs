//! Numbering everything that was collected as the file numbers it.
//!
//! Sources by id, vulnerabilities by the id that names them, records within a vulnerability by
//! source and id: nothing of the order of the input is left.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::aliases::Groups;
use super::{BuildError, Builder, StoredStatement};
use crate::database::statements::{SOURCES_MAX, Span, Statement};
use crate::database::vulnerabilities::{Entry, RecordEntry};
use crate::database::{Meta, SourceMeta};
use crate::{Scope, Status};

/// Everything numbered as the file will number it.
pub struct Plan {
    pub builder: Builder,
    pub groups: Groups,
    /// Number in the file of each source.
    source_numbers: Vec<u8>,
    /// Per vulnerability: its entry, complete.
    pub entries: Vec<Entry>,
    /// Per record: each vulnerability it is about, with its place among that one's records.
    places: Vec<Vec<(u32, u32)>>,
    /// Number of different records by source, in the builder's order.
    record_counts: Vec<u64>,
}

/// What is counted while statements are written.
#[derive(Default)]
pub struct Counts {
    pub packages: u64,
    pub statements: u64,
    /// Scopes by source number.
    pub mentions: BTreeMap<u8, Vec<Scope>>,
}

impl Plan {
    pub fn new(mut builder: Builder) -> Result<Self, BuildError> {
        if builder.sources.len() > SOURCES_MAX {
            return Err(BuildError::TooMany {
                what: "sources",
                max: SOURCES_MAX as u64,
            });
        }
        let mut order: Vec<usize> = (0..builder.sources.len()).collect();
        order.sort_by_key(|index| builder.sources.get(*index).map(|source| source.id.clone()));
        let mut source_numbers = vec![0_u8; order.len()];
        for (number, index) in order.iter().enumerate() {
            if let Some(slot) = source_numbers.get_mut(*index) {
                *slot = number as u8;
            }
        }
        let groups = Groups::new(&builder);
        let number_of = |index: usize| source_numbers.get(index).copied().unwrap_or_default();

        let mut entries: Vec<Entry> = groups
            .ids
            .iter()
            .map(|ids| Entry {
                id: ids.first().cloned().unwrap_or_default(),
                aliases: ids.get(1..).unwrap_or_default().to_vec(),
                ..Entry::default()
            })
            .collect();
        let record_counts = count_records(&builder);
        let mut places: Vec<Vec<(u32, u32)>> = Vec::with_capacity(builder.records.len());
        let mut joined: Vec<(u32, RecordEntry, usize)> = Vec::new();
        for (index, stored) in std::mem::take(&mut builder.records).into_iter().enumerate() {
            let mut entry = stored.entry;
            entry.source = number_of(stored.source);
            entry.id = Some(stored.id);
            for group in groups.of_record.get(index).into_iter().flatten() {
                joined.push((*group, entry.clone(), index));
            }
            places.push(Vec::new());
        }
        joined.par_sort_unstable();
        for (group, mut record, index) in joined {
            let Some(entry) = entries.get_mut(group as usize) else {
                continue;
            };
            if record.id.as_ref() == Some(&entry.id) {
                record.id = None;
            }
            if entry.records.last() != Some(&record) {
                entry.records.push(record);
            }
            if let Some(places) = places.get_mut(index) {
                places.push((group, entry.records.len() as u32 - 1));
            }
        }
        for (key, stored) in std::mem::take(&mut builder.enrichments) {
            let group = groups.of_id.get(&key).and_then(|groups| groups.first());
            if let Some(entry) = group.and_then(|group| entries.get_mut(*group as usize)) {
                let mut known = stored.entry;
                known.sources = stored.sources.into_iter().map(number_of).collect();
                known.sources.sort_unstable();
                entry.enrichment = Some(known);
            }
        }
        Ok(Self {
            builder,
            groups,
            source_numbers,
            entries,
            places,
            record_counts,
        })
    }

    /// The statements about one package, with their texts, as they are written.
    pub fn list(&self, members: &[&StoredStatement]) -> (Vec<&str>, Vec<Statement>) {
        let builder = &self.builder;
        let mut used: Vec<&str> = Vec::new();
        for member in members {
            self.each_text(member, |text| used.push(builder.texts.text(text)));
        }
        used.sort_unstable();
        used.dedup();
        let number = |text: u32| {
            used.binary_search(&builder.texts.text(text))
                .unwrap_or_default() as u32
        };
        let mut list = Vec::with_capacity(members.len());
        for member in members {
            let Some(places) = self.places.get(member.record as usize) else {
                continue;
            };
            let ranges = builder.ranges.value(member.ranges);
            let versions = builder.lists.value(member.versions);
            let extras = builder.extras.value(member.extras).cloned();
            let extras = extras.unwrap_or_default();
            let mut statement = Statement {
                vulnerability: 0,
                source: 0,
                record: 0,
                withdrawn: false,
                status: member.status,
                binary: member.binary,
                ranges: ranges
                    .into_iter()
                    .flatten()
                    .map(|span| Span {
                        introduced: span.introduced.map(number),
                        after: span.after.map(number),
                        fixed: span.fixed.map(number),
                        last_affected: span.last_affected.map(number),
                    })
                    .collect(),
                versions: versions
                    .into_iter()
                    .flatten()
                    .copied()
                    .map(number)
                    .collect(),
                vendor_severity: extras.vendor_severity.map(number),
                fix_available: extras.fix_available,
                module: extras.module.map(number),
                arches: extras.arches.into_iter().map(number).collect(),
            };
            statement.ranges.sort_unstable();
            statement.ranges.dedup();
            for texts in [&mut statement.versions, &mut statement.arches] {
                texts.sort_unstable();
                texts.dedup();
            }
            for (vulnerability, record) in places {
                let Some(about) = self
                    .entries
                    .get(*vulnerability as usize)
                    .and_then(|entry| entry.records.get(*record as usize))
                else {
                    continue;
                };
                statement.vulnerability = *vulnerability;
                statement.record = *record;
                statement.source = about.source;
                statement.withdrawn = about.withdrawn.is_some();
                list.push(statement.clone());
            }
        }
        list.sort_unstable();
        list.dedup();
        (used, list)
    }

    fn each_text(&self, statement: &StoredStatement, mut visit: impl FnMut(u32)) {
        for span in self
            .builder
            .ranges
            .value(statement.ranges)
            .into_iter()
            .flatten()
        {
            [span.introduced, span.after, span.fixed, span.last_affected]
                .into_iter()
                .flatten()
                .for_each(&mut visit);
        }
        let versions = self.builder.lists.value(statement.versions);
        versions.into_iter().flatten().copied().for_each(&mut visit);
        if let Some(extras) = self.builder.extras.value(statement.extras) {
            extras.vendor_severity.into_iter().for_each(&mut visit);
            extras.module.into_iter().for_each(&mut visit);
            extras.arches.iter().copied().for_each(&mut visit);
        }
    }

    pub fn meta(&self, counts: &Counts) -> Meta {
        let mut sources: Vec<SourceMeta> = self
            .builder
            .sources
            .iter()
            .enumerate()
            .map(|(index, source)| {
                let number = self.source_numbers.get(index).copied().unwrap_or_default();
                SourceMeta {
                    id: source.id.clone(),
                    snapshot: source.snapshot.or(source.newest),
                    records: self.record_counts.get(index).copied().unwrap_or_default(),
                    enrichments: source.enrichments,
                    supports: source.supports,
                    skipped: source.skipped,
                    skipped_first: source.skipped_first.iter().cloned().collect(),
                    covers: source.covers.iter().cloned().collect(),
                    mentions: counts.mentions.get(&number).cloned().unwrap_or_default(),
                }
            })
            .collect();
        sources.sort_by(|a, b| a.id.cmp(&b.id));
        Meta {
            sources,
            facts_only: self.builder.options.facts_only,
            vulnerabilities: self.entries.len() as u64,
            packages: counts.packages,
            ids: self.groups.of_id.values().filter(|g| !g.is_empty()).count() as u64,
            statements: counts.statements,
        }
    }
}

/// Number of records by source, those that came twice counted once.
fn count_records(builder: &Builder) -> Vec<u64> {
    let mut seen: Vec<(usize, &str, &RecordEntry)> = builder
        .records
        .iter()
        .map(|stored| (stored.source, stored.id.as_str(), &stored.entry))
        .collect();
    seen.sort_unstable();
    seen.dedup();
    let mut counts = vec![0; builder.sources.len()];
    for (source, _, _) in seen {
        if let Some(count) = counts.get_mut(source) {
            *count += 1;
        }
    }
    counts
}

/// Keeps the derived order of [`Status`] from being changed without thought: it decides the order
/// of statements in the file.
const _: () = assert!((Status::Affected as u8) < (Status::EndOfLife as u8));

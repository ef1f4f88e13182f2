//! Turning what was collected into the sections of the file.

use std::collections::BTreeMap;

use rayon::prelude::*;
use zstd::dict::EncoderDictionary;

use super::aliases::Groups;
use super::{BuildError, Builder, StoredStatement};
use crate::database::codec::write_varint;
use crate::database::format::{Part, assemble};
use crate::database::keys::package_key;
use crate::database::statements::{SOURCES_MAX, Span, Statement, write_list};
use crate::database::vulnerabilities::{
    BLOCK_BYTES_MAX, BLOCK_BYTES_TARGET, Entry, RecordEntry, write_block, write_place,
};
use crate::database::{Meta, SEVERAL, SourceMeta, encode_support};
use crate::{Scope, Status};

/// zstd's level; reading is as fast at every level.
const ZSTD_LEVEL: i32 = 19;
/// Size of the blocks' dictionary, in bytes.
const DICTIONARY_BYTES: usize = 64 << 10;

pub fn write(builder: Builder) -> Result<Vec<u8>, BuildError> {
    let plan = Plan::new(builder)?;
    let (packages, statements, counts) = plan.statements()?;
    let (ids, lists) = plan.ids()?;
    let packed = plan.blocks()?;
    let meta = plan.meta(&counts);
    let support = plan.support();
    // In the order of `Part::ALL`.
    let contents: [Vec<u8>; Part::ALL.len()] = [
        meta.encode(),
        support,
        packages,
        ids,
        lists,
        statements,
        packed.directory,
        packed.dictionary,
        packed.blocks,
    ];
    Ok(assemble(&contents))
}

/// Everything numbered as the file will number it.
struct Plan {
    builder: Builder,
    groups: Groups,
    /// Number in the file of each source.
    source_numbers: Vec<u8>,
    /// Per vulnerability: its entry, complete.
    entries: Vec<Entry>,
    /// Per record: each vulnerability it is about, with its place among that one's records.
    places: Vec<Vec<(u32, u32)>>,
    /// Number of different records by source, in the builder's order.
    record_counts: Vec<u64>,
}

/// What is counted while statements are written.
#[derive(Default)]
struct Counts {
    packages: u64,
    statements: u64,
    /// Scopes by source number.
    mentions: BTreeMap<u8, Vec<Scope>>,
}

/// The sections of the vulnerabilities.
struct Packed {
    directory: Vec<u8>,
    dictionary: Vec<u8>,
    blocks: Vec<u8>,
}

impl Plan {
    fn new(mut builder: Builder) -> Result<Self, BuildError> {
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

    /// The index of packages and the statements.
    fn statements(&self) -> Result<(Vec<u8>, Vec<u8>, Counts), BuildError> {
        let ranks = self.builder.texts.ranks();
        let rank = |text: u32| ranks.get(text as usize).copied().unwrap_or_default();
        let statements = &self.builder.statements;
        let mut order: Vec<(u32, u32, u32)> = statements
            .iter()
            .zip(0_u32..)
            .map(|(statement, index)| (rank(statement.scope), rank(statement.package), index))
            .collect();
        order.par_sort_unstable();

        let mut index = fst::raw::Builder::memory();
        let mut out = Vec::new();
        let mut counts = Counts::default();
        let mut key = Vec::new();
        for same in order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let members: Vec<&StoredStatement> = same
                .iter()
                .filter_map(|(_, _, index)| statements.get(*index as usize))
                .collect();
            let Some(first) = members.first() else {
                continue;
            };
            let scope = self.builder.texts.text(first.scope);
            package_key(&mut key, scope, self.builder.texts.text(first.package));
            index
                .insert(&key, out.len() as u64)
                .map_err(|error| BuildError::Encode(error.to_string()))?;
            let (texts, list) = self.list(&members);
            for statement in &list {
                let mentions = counts.mentions.entry(statement.source).or_default();
                if mentions.last().is_none_or(|last| last.as_str() != scope) {
                    mentions.push(Scope::from(scope.to_owned()));
                }
            }
            counts.packages += 1;
            counts.statements += list.len() as u64;
            write_list(&mut out, &key, &texts, &list);
        }
        let index = index
            .into_inner()
            .map_err(|error| BuildError::Encode(error.to_string()))?;
        Ok((index, out, counts))
    }

    /// The statements about one package, with their texts, as they are written.
    fn list(&self, members: &[&StoredStatement]) -> (Vec<&str>, Vec<Statement>) {
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

    /// The index of ids, and the lists of those that name several vulnerabilities.
    fn ids(&self) -> Result<(Vec<u8>, Vec<u8>), BuildError> {
        let refused = |error: fst::Error| BuildError::Encode(error.to_string());
        let mut index = fst::raw::Builder::memory();
        let mut lists = Vec::new();
        for (id, groups) in &self.groups.of_id {
            let value = match groups.as_slice() {
                [] => continue,
                [one] => u64::from(*one),
                several => {
                    let offset = lists.len() as u64;
                    write_varint(&mut lists, several.len() as u64);
                    let mut last = 0;
                    for group in several {
                        write_varint(&mut lists, u64::from(group - last));
                        last = *group;
                    }
                    SEVERAL | offset
                }
            };
            index.insert(id, value).map_err(refused)?;
        }
        Ok((index.into_inner().map_err(refused)?, lists))
    }

    /// Directory, dictionary and blocks of the vulnerabilities.
    fn blocks(&self) -> Result<Packed, BuildError> {
        let encoded: Vec<Vec<u8>> = self
            .entries
            .par_iter()
            .map(|entry| {
                postcard::to_allocvec(entry).map_err(|error| BuildError::Encode(error.to_string()))
            })
            .collect::<Result<_, _>>()?;
        let dictionary = dictionary(&encoded);
        let mut cuts: Vec<(u32, &[Vec<u8>])> = Vec::new();
        let (mut start, mut size) = (0, 0);
        for (index, entry) in encoded.iter().enumerate() {
            size += entry.len();
            if size >= BLOCK_BYTES_TARGET || index + 1 == encoded.len() {
                cuts.push((start as u32, encoded.get(start..=index).unwrap_or_default()));
                (start, size) = (index + 1, 0);
            }
        }
        let prepared =
            (!dictionary.is_empty()).then(|| EncoderDictionary::copy(&dictionary, ZSTD_LEVEL));
        let packed: Vec<(u32, usize, Vec<u8>)> = cuts
            .into_par_iter()
            .map(|(first, entries)| {
                let block = write_block(entries);
                if block.len() > BLOCK_BYTES_MAX {
                    return Err(BuildError::TooMany {
                        what: "bytes in one vulnerability",
                        max: BLOCK_BYTES_MAX as u64,
                    });
                }
                compress(&block, prepared.as_ref())
                    .map(|packed| (first, block.len(), packed))
                    .map_err(|error| BuildError::Encode(error.to_string()))
            })
            .collect::<Result<_, _>>()?;
        let (mut directory, mut blocks) = (Vec::new(), Vec::new());
        for (first, len, packed) in packed {
            write_place(
                &mut directory,
                first,
                blocks.len() as u64,
                &packed,
                len as u32,
            );
            blocks.extend_from_slice(&packed);
        }
        Ok(Packed {
            directory,
            dictionary,
            blocks,
        })
    }

    fn meta(&self, counts: &Counts) -> Meta {
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

    fn support(&self) -> Vec<u8> {
        let mut facts = self.builder.supports.clone();
        facts.sort_unstable_by(|a, b| {
            let key = |fact: &crate::Support| {
                (
                    fact.scope.clone(),
                    fact.package.clone(),
                    fact.version.clone(),
                    fact.state,
                    fact.until,
                )
            };
            key(a).cmp(&key(b))
        });
        facts.dedup();
        encode_support(&facts)
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

/// A dictionary made of entries from all over: what is common to them need not be said again in
/// every block. zstd takes any bytes for one.
fn dictionary(encoded: &[Vec<u8>]) -> Vec<u8> {
    let total: usize = encoded.iter().map(Vec::len).sum();
    if total < DICTIONARY_BYTES * 8 {
        return Vec::new();
    }
    let step = total / DICTIONARY_BYTES;
    let mut out = Vec::with_capacity(DICTIONARY_BYTES);
    for entry in encoded.iter().step_by(step.max(1)) {
        if out.len() + entry.len() > DICTIONARY_BYTES {
            break;
        }
        out.extend_from_slice(entry);
    }
    out
}

fn compress(block: &[u8], dictionary: Option<&EncoderDictionary<'_>>) -> std::io::Result<Vec<u8>> {
    match dictionary {
        Some(prepared) => {
            zstd::bulk::Compressor::with_prepared_dictionary(prepared)?.compress(block)
        }
        None => zstd::bulk::compress(block, ZSTD_LEVEL),
    }
}

/// Keeps the derived order of [`Status`] from being changed without thought: it decides the order
/// of statements in the file.
const _: () = assert!((Status::Affected as u8) < (Status::EndOfLife as u8));

//! Taking items in.

use std::collections::BTreeSet;

use plimsoll_model::text::clean;
use plimsoll_model::{Date, Timestamp};

use super::{Builder, StoredEnrichment, StoredExtras, StoredRecord, StoredStatement, TextSpan};
use crate::database::SkippedPart;
use crate::database::keys::KEY_BYTES_MAX;
use crate::database::vulnerabilities::{
    CvssEntry, EnrichmentEntry, RecordEntry, exploitation_code, pack_day, severity_code,
};
use crate::schemes::scheme_of;
use crate::{Affected, Enrichment, Item, Range, Record, Scope};

/// Number of unreadable parts that are named, per source; all are counted.
const SKIPPED_NAMED_MAX: usize = 20;
/// Longest summary that is kept, in characters.
const SUMMARY_CHARS_MAX: usize = 240;
/// Longest id, in bytes; real ones have some twenty. A record with a longer one is skipped, and said.
pub const ID_BYTES_MAX: usize = 256;
/// How much of a name that cannot be used is told, in characters.
const NAME_SHOWN_CHARS_MAX: usize = 80;

/// What is known about a source while building.
#[derive(Default)]
pub struct SourceState {
    pub id: String,
    /// As the source says.
    pub snapshot: Option<Date>,
    /// Day of the newest record.
    pub newest: Option<Date>,
    pub enrichments: u64,
    pub supports: u64,
    pub skipped: u64,
    /// The first ones in order, so that it does not matter which came first.
    pub skipped_first: BTreeSet<SkippedPart>,
    pub covers: BTreeSet<Scope>,
}

impl SourceState {
    fn saw(&mut self, day: Option<Date>) {
        self.newest = self.newest.max(day);
    }

    fn skip(&mut self, path: String, reason: String) {
        self.skipped += 1;
        self.skipped_first.insert(SkippedPart { path, reason });
        if self.skipped_first.len() > SKIPPED_NAMED_MAX {
            self.skipped_first.pop_last();
        }
    }
}

impl Builder {
    /// The number of a source; a new one where it was not seen yet.
    pub(super) fn source(&mut self, id: &str) -> usize {
        if let Some(index) = self.sources.iter().position(|known| known.id == id) {
            return index;
        }
        self.sources.push(SourceState {
            id: id.to_owned(),
            ..SourceState::default()
        });
        self.sources.len() - 1
    }

    pub(super) fn collect(&mut self, source: usize, item: Item) {
        match item {
            Item::Advisory(record) => return self.collect_record(source, *record),
            Item::Enrichment(known) => return self.collect_enrichment(source, known),
            _ => {}
        }
        let Some(state) = self.sources.get_mut(source) else {
            return;
        };
        match item {
            Item::Support(fact) => {
                state.supports += 1;
                self.supports.push(fact);
            }
            Item::Covers(scope) => {
                state.covers.insert(scope);
            }
            Item::Snapshot(day) => state.snapshot = state.snapshot.max(Some(day)),
            Item::Skipped { path, reason } => state.skip(path, reason),
            Item::Advisory(_) | Item::Enrichment(_) => {}
        }
    }

    fn collect_record(&mut self, source: usize, mut record: Record) {
        if !is_id(&record.id) {
            return self.skip_id(source, &record.id);
        }
        for ids in [&mut record.aliases, &mut record.upstream] {
            for id in ids.extract_if(.., |id| !is_id(id)) {
                self.skip_id(source, &id);
            }
        }
        if let Some(state) = self.sources.get_mut(source) {
            let dated = day(record.modified).max(day(record.published));
            // Feeds without dates still tell the year by their ids.
            state.saw(dated.or_else(|| first_day_of(&record.id)));
        }
        let number = self.records.len() as u32;
        for affected in std::mem::take(&mut record.affected) {
            self.collect_affected(source, number, &record.id, &affected);
        }
        let summary = self.prose(record.summary.take());
        self.records.push(StoredRecord {
            source,
            id: record.id,
            entry: RecordEntry {
                source: 0,
                id: None,
                aliases: sorted(record.aliases),
                upstream: sorted(record.upstream),
                published: record.published.map(Timestamp::as_second),
                modified: record.modified.map(Timestamp::as_second),
                withdrawn: record.withdrawn.map(Timestamp::as_second),
                summary,
                severity: record.severity.map(severity_code),
                vendor_severity: record.vendor_severity,
                cvss: sorted(record.cvss.into_iter().map(CvssEntry::from).collect()),
                weaknesses: sorted(record.weaknesses),
            },
        });
    }

    fn collect_affected(&mut self, source: usize, record: u32, id: &str, affected: &Affected) {
        let key_len = affected.scope.as_str().len() + 1 + affected.package.len();
        let name_is_odd = affected.package.is_empty()
            || affected.package.contains('\0')
            || affected.scope.as_str().contains('\0');
        if key_len > KEY_BYTES_MAX || name_is_odd {
            if let Some(state) = self.sources.get_mut(source) {
                state.skip(
                    id.to_owned(),
                    format!(
                        "package name `{}` cannot be used as a key",
                        clean(
                            &affected
                                .package
                                .chars()
                                .take(NAME_SHOWN_CHARS_MAX)
                                .collect::<String>()
                        )
                    ),
                );
            }
            return;
        }
        let versions = beyond_ranges(affected);
        let mut spans: Vec<TextSpan> = Vec::with_capacity(affected.ranges.len());
        for range in &affected.ranges {
            spans.push(self.span(range));
        }
        let extras = StoredExtras {
            vendor_severity: affected
                .vendor_severity
                .as_deref()
                .map(|word| self.texts.number(word)),
            fix_available: affected.fix_available,
            module: affected.module.as_deref().map(|m| self.texts.number(m)),
            arches: self.numbers(&affected.arches),
        };
        let versions = self.numbers(&versions);
        self.statements.push(StoredStatement {
            record,
            scope: self.texts.number(affected.scope.as_str()),
            package: self.texts.number(&affected.package),
            ranges: self.ranges.number(spans),
            versions: self.lists.number(versions),
            extras: self.extras.number(extras),
            status: affected.status,
            binary: affected.binary,
        });
    }

    fn span(&mut self, range: &Range) -> TextSpan {
        // `0` is another spelling of no lower bound.
        let introduced = range.introduced.clone().filter(|bound| bound != "0");
        let mut number = |text: &Option<String>| text.as_deref().map(|t| self.texts.number(t));
        TextSpan {
            introduced: number(&introduced),
            after: number(&range.after),
            fixed: number(&range.fixed),
            last_affected: number(&range.last_affected),
        }
    }

    fn numbers(&mut self, texts: &[String]) -> Vec<u32> {
        texts.iter().map(|text| self.texts.number(text)).collect()
    }

    /// Counts an id that cannot be one.
    fn skip_id(&mut self, source: usize, id: &str) {
        let shown: String = id.chars().take(NAME_SHOWN_CHARS_MAX).collect();
        if let Some(state) = self.sources.get_mut(source) {
            let reason = format!("`{}` cannot be an id", clean(&shown));
            state.skip(clean(&shown).into_owned(), reason);
        }
    }

    fn collect_enrichment(&mut self, source: usize, known: Enrichment) {
        if !is_id(&known.id) {
            return self.skip_id(source, &known.id);
        }
        if let Some(state) = self.sources.get_mut(source) {
            state.saw(day(known.published).max(known.known_exploited));
        }
        let summary = self.prose(known.summary);
        let stored = self
            .enrichments
            .entry(known.id.to_ascii_uppercase())
            .or_insert_with(|| StoredEnrichment {
                id: known.id.clone(),
                sources: Vec::new(),
                entry: EnrichmentEntry::default(),
            });
        stored.id = known.id.min(std::mem::take(&mut stored.id));
        if !stored.sources.contains(&source) {
            stored.sources.push(source);
            if let Some(state) = self.sources.get_mut(source) {
                state.enrichments += 1;
            }
        }
        // Each part is merged so that the order of the sources does not matter.
        let entry = &mut stored.entry;
        entry.known_exploited = least(entry.known_exploited, known.known_exploited.map(pack_day));
        entry.published = least(entry.published, known.published.map(Timestamp::as_second));
        entry.epss = [entry.epss, known.epss.filter(|p| (0.0..=1.0).contains(p))]
            .into_iter()
            .flatten()
            .max_by(f64::total_cmp);
        entry.rejected |= known.rejected;
        entry.exploitation = entry
            .exploitation
            .max(known.exploitation.map(exploitation_code));
        entry.summary = least(entry.summary.take(), summary);
        entry
            .cvss
            .extend(known.cvss.into_iter().map(CvssEntry::from));
        entry.cvss = sorted(std::mem::take(&mut entry.cvss));
        entry.weaknesses.extend(known.weaknesses);
        entry.weaknesses = sorted(std::mem::take(&mut entry.weaknesses));
    }

    /// A summary as it is kept: one clean line of bounded length, or nothing.
    fn prose(&self, text: Option<String>) -> Option<String> {
        let text = text.filter(|_| !self.options.facts_only)?;
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = clean(&line);
        if line.is_empty() {
            return None;
        }
        match line.char_indices().nth(SUMMARY_CHARS_MAX) {
            Some((end, _)) => Some(format!(
                "{}…",
                line.get(..end).unwrap_or_default().trim_end()
            )),
            None => Some(line.into_owned()),
        }
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_BYTES_MAX
}

/// The single versions that the ranges do not hold already: feeds list every release that a range
/// covers, which says nothing more.
fn beyond_ranges(affected: &Affected) -> Vec<String> {
    let Some(scheme) =
        scheme_of(affected.scope.purl_type()).filter(|_| !affected.ranges.is_empty())
    else {
        return affected.versions.clone();
    };
    affected
        .versions
        .iter()
        .filter(|version| {
            !affected
                .ranges
                .iter()
                .any(|held| held.contains(scheme, version) == Ok(true))
        })
        .cloned()
        .collect()
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

fn least<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn day(time: Option<Timestamp>) -> Option<Date> {
    time.map(|time| time.to_zoned(jiff::tz::TimeZone::UTC).date())
}

/// The first day of the year in an id: `GO-2026-6249`.
fn first_day_of(id: &str) -> Option<Date> {
    let is_year = |part: &&str| part.len() == 4 && part.starts_with("20");
    let year = id.split('-').find(is_year)?.parse().ok()?;
    Date::new(year, 1, 1).ok()
}

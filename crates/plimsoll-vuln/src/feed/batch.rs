//! Reads the files of a feed side by side, in batches of bounded size, and keeps their order.

use std::collections::BTreeMap;

use rayon::prelude::*;

use plimsoll_model::{Date, Timestamp};

use crate::feed::{dates, ids, skipped};
use crate::{Input, InputFile, Item, Scope, Sink, SourceError};

/// Files held in memory at once.
const BATCH_FILES_MAX: usize = 1024;
/// Size of the files held in memory at once, in bytes; one more file may go past it.
const BATCH_BYTES_MAX: usize = 16 << 20;

/// Which scopes a feed speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coverage {
    /// Each that it has an advisory for, but for [`UNBOUNDED`].
    Seen,
    /// Those that it says much about: anybody can put records into such a feed, and a part of an
    /// ecosystem's advisories does not cover it.
    Much,
    /// None: it knows a choice of packages only.
    Nothing,
}

/// Fewer statements than this about a scope do not cover it.
const STATEMENTS_MIN: u64 = 100;
/// The same for ecosystems with many advisories, by purl type: about half of what GitHub's database
/// had reviewed about each early in 2025.
const STATEMENTS_MIN_OF: [(&str, u64); 8] = [
    ("cargo", 500),
    ("composer", 2_000),
    ("gem", 500),
    ("golang", 1_500),
    ("maven", 2_500),
    ("npm", 2_000),
    ("nuget", 300),
    ("pypi", 2_000),
];

/// The purl type for what belongs to no ecosystem; nobody speaks for all of that.
const UNBOUNDED: &str = "generic";

/// Files of a feed that may fail; more of them is a feed that cannot be read.
const FAILED_FILES_MAX: u64 = 1000;

/// What went through to the sink.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Files that could not be opened or unpacked.
    failed_files: u64,
    /// Advisories, enrichments and statements of support.
    records: u64,
    /// Number of statements about each scope.
    scopes: BTreeMap<Scope, u64>,
    /// The newest date of a record.
    newest: Option<Timestamp>,
    /// The newest year in an id.
    year: Option<i16>,
    /// The feed has said its own date.
    is_dated: bool,
}

impl Seen {
    /// Passes an item on; scopes that are covered wait for the end.
    pub(crate) fn pass(&mut self, item: Item, out: &mut dyn Sink) {
        match &item {
            Item::Advisory(record) => {
                self.records += 1;
                for affected in &record.affected {
                    self.count(&affected.scope);
                }
                self.newest = self.newest.max(record.published).max(record.modified);
                let ids = [&record.id].into_iter().chain(&record.aliases);
                self.year = ids.filter_map(|id| ids::year(id)).max().max(self.year);
            }
            Item::Enrichment(_) | Item::Support(_) => self.records += 1,
            Item::Covers(scope) => return self.count(scope),
            Item::Snapshot(_) => self.is_dated = true,
            Item::Skipped { .. } => {}
        }
        out.item(item);
    }

    /// The next file; one that cannot be opened or unpacked is told and passed over.
    pub(crate) fn next_file(
        &mut self,
        input: &mut dyn Input,
        out: &mut dyn Sink,
    ) -> Result<Option<InputFile>, SourceError> {
        loop {
            match input.next() {
                None => return Ok(None),
                Some(Ok(file)) => return Ok(Some(file)),
                Some(Err(error)) if self.failed_files >= FAILED_FILES_MAX => return Err(error),
                Some(Err(error)) => {
                    self.failed_files += 1;
                    self.pass(skipped(error.path, error.reason), out);
                }
            }
        }
    }

    fn count(&mut self, scope: &Scope) {
        match self.scopes.get_mut(scope) {
            Some(count) => *count += 1,
            None => {
                self.scopes.insert(scope.clone(), 1);
            }
        }
    }

    /// Says which scopes the feed speaks for. A feed without a single record is an error: an empty
    /// or wrong folder must not pass for "nothing is known to be wrong".
    pub(crate) fn finish(self, coverage: Coverage, out: &mut dyn Sink) -> Result<(), SourceError> {
        if self.records == 0 {
            return Err(SourceError {
                path: "the feed".to_owned(),
                reason: "it holds no record in the form of this source".to_owned(),
            });
        }
        let count_min = |scope: &Scope| match coverage {
            Coverage::Seen => 1,
            Coverage::Much => STATEMENTS_MIN_OF
                .iter()
                .find(|(purl_type, _)| *purl_type == scope.purl_type())
                .map_or(STATEMENTS_MIN, |(_, count)| *count),
            Coverage::Nothing => u64::MAX,
        };
        if let Some(day) = self.day_by_ids() {
            out.item(Item::Snapshot(day));
        }
        for (scope, count) in self.scopes {
            if count >= count_min(&scope) && scope.purl_type() != UNBOUNDED {
                out.item(Item::Covers(scope));
            }
        }
        Ok(())
    }
}

impl Seen {
    /// Some feeds date few of their records, or none. An id of a year is no older than that year.
    fn day_by_ids(&self) -> Option<Date> {
        let first_day = Date::new(self.year?, 1, 1).ok()?;
        let is_newer = self
            .newest
            .map(dates::day_of)
            .is_none_or(|newest| newest < first_day);
        (is_newer && !self.is_dated).then_some(first_day)
    }
}

/// Reads every file with `read`, on all cores, and passes the items on in the order of the files.
pub(crate) fn each_file(
    input: &mut dyn Input,
    out: &mut dyn Sink,
    read: impl Fn(&InputFile) -> Vec<Item> + Sync,
) -> Result<Seen, SourceError> {
    let mut seen = Seen::default();
    let mut batch = Vec::new();
    let mut batch_bytes = 0;
    loop {
        let file = seen.next_file(input, out)?;
        let at_end = file.is_none();
        if let Some(file) = file {
            batch_bytes += file.bytes.len();
            batch.push(file);
        }
        if at_end || batch.len() >= BATCH_FILES_MAX || batch_bytes >= BATCH_BYTES_MAX {
            let items: Vec<Vec<Item>> = batch.par_iter().map(&read).collect();
            for item in items.into_iter().flatten() {
                seen.pass(item, out);
            }
            batch.clear();
            batch_bytes = 0;
        }
        if at_end {
            return Ok(seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that can be read after so many that cannot.
    struct Broken(u64);

    impl Input for Broken {
        fn next(&mut self) -> Option<Result<InputFile, SourceError>> {
            self.0 = self.0.checked_sub(1)?;
            Some(if self.0 == 0 {
                Ok(InputFile {
                    path: "good".to_owned(),
                    bytes: Vec::new(),
                })
            } else {
                Err(SourceError {
                    path: "bad".to_owned(),
                    reason: "cut short".to_owned(),
                })
            })
        }
    }

    fn read(failures: u64) -> (Result<(), SourceError>, usize) {
        let mut items: Vec<Item> = Vec::new();
        let record = |_: &InputFile| vec![Item::Advisory(Box::new(crate::Record::new("x")))];
        let outcome = each_file(&mut Broken(failures + 1), &mut items, record)
            .and_then(|seen| seen.finish(Coverage::Seen, &mut items));
        (outcome, items.len())
    }

    #[test]
    fn a_feed_without_dates_is_dated_by_its_ids() {
        let mut items: Vec<Item> = Vec::new();
        let mut seen = Seen::default();
        for (id, published) in [("GO-2026-4454", None), ("GO-2022-0969", Some("2022-12-14"))] {
            let mut record = crate::Record::new(id);
            record.published = published.and_then(dates::timestamp);
            seen.pass(Item::Advisory(Box::new(record)), &mut items);
        }
        seen.finish(Coverage::Nothing, &mut items).unwrap();
        let day = dates::day("2026-01-01").unwrap();
        assert_eq!(items.last(), Some(&Item::Snapshot(day)));
    }

    #[test]
    fn a_broken_file_does_not_hide_the_others() {
        assert_eq!(read(1), (Ok(()), 2));
        assert_eq!(read(3), (Ok(()), 4));
        assert!(read(FAILED_FILES_MAX + 1).0.is_err());
    }
}

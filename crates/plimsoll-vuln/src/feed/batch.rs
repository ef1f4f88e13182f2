//! Reads the files of a feed side by side, in batches of bounded size, and keeps their order.

use std::collections::BTreeMap;

use rayon::prelude::*;

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
    /// Those with at least so many statements: anybody can put records into such a feed, and a
    /// handful about an ecosystem does not cover it.
    AtLeast(u64),
    /// None: it knows a choice of packages only.
    Nothing,
}

/// The purl type for what belongs to no ecosystem; nobody speaks for all of that.
const UNBOUNDED: &str = "generic";

/// What went through to the sink.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Advisories, enrichments and statements of support.
    records: u64,
    /// Number of statements about each scope.
    scopes: BTreeMap<Scope, u64>,
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
            }
            Item::Enrichment(_) | Item::Support(_) => self.records += 1,
            Item::Covers(scope) => return self.count(scope),
            Item::Snapshot(_) | Item::Skipped { .. } => {}
        }
        out.item(item);
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
        let count_min = match coverage {
            Coverage::Seen => 1,
            Coverage::AtLeast(count) => count,
            Coverage::Nothing => u64::MAX,
        };
        for (scope, count) in self.scopes {
            if count >= count_min && scope.purl_type() != UNBOUNDED {
                out.item(Item::Covers(scope));
            }
        }
        Ok(())
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
        let file = input.next().transpose()?;
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

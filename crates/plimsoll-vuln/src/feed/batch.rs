//! Reads the files of a feed side by side, in batches of bounded size, and keeps their order.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::{Input, InputFile, Item, Scope, Sink, SourceError};

/// Files held in memory at once.
const BATCH_FILES_MAX: usize = 1024;
/// Size of the files held in memory at once, in bytes; one more file may go past it.
const BATCH_BYTES_MAX: usize = 16 << 20;

/// What went through to the sink.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Advisories, enrichments and statements of support.
    records: u64,
    /// Scopes that advisories spoke about.
    scopes: BTreeSet<Scope>,
}

impl Seen {
    /// Passes an item on; scopes that are covered wait for the end.
    pub(crate) fn pass(&mut self, item: Item, out: &mut dyn Sink) {
        if let Item::Covers(scope) = item {
            self.scopes.insert(scope);
            return;
        }
        match &item {
            Item::Advisory(record) => {
                self.records += 1;
                for affected in &record.affected {
                    if !self.scopes.contains(&affected.scope) {
                        self.scopes.insert(affected.scope.clone());
                    }
                }
            }
            Item::Enrichment(_) | Item::Support(_) => self.records += 1,
            Item::Covers(_) | Item::Snapshot(_) | Item::Skipped { .. } => {}
        }
        out.item(item);
    }

    /// Says which scopes the feed spoke about. A feed without a single record is an error: an
    /// empty or wrong folder must not pass for "nothing is known to be wrong".
    pub(crate) fn finish(self, out: &mut dyn Sink) -> Result<(), SourceError> {
        if self.records == 0 {
            return Err(SourceError {
                path: "the feed".to_owned(),
                reason: "it holds no record in the form of this source".to_owned(),
            });
        }
        for scope in self.scopes {
            out.item(Item::Covers(scope));
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

//! What the advisory database says about itself; shown in every report.

use crate::{Date, Digest};

/// The advisory database that a report was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisorySet {
    /// Digest of the database file.
    pub digest: Digest,
    /// Sorted by name.
    pub sources: Vec<AdvisorySnapshot>,
}

impl AdvisorySet {
    /// Day of the newest snapshot in it.
    pub fn newest(&self) -> Option<Date> {
        self.sources
            .iter()
            .filter_map(|source| source.snapshot)
            .max()
    }
}

/// One source's part of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisorySnapshot {
    /// The source's id in the list: `debian`, `osv`.
    pub name: String,
    /// Day of its newest record, or the day its owner says it was made.
    pub snapshot: Option<Date>,
    /// Number of advisories.
    pub records: u64,
    /// What it covers, for people: `debian 12, 13`.
    pub coverage: Option<String>,
}

//! What a starter database was made from, for `data/starter.json`.

use anyhow::Result;
use plimsoll_vuln::Database;
use serde::{Deserialize, Serialize};

/// All inputs.
#[derive(Default)]
pub struct Inputs {
    pub suites: Vec<SuiteFacts>,
    pub snapshots: Vec<Snapshot>,
}

/// A suite on the mirror.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SuiteFacts {
    pub codename: String,
    /// Suite and `Date` of its signed release file.
    pub release_dates: Vec<(String, String)>,
    /// Source packages that changed since the release.
    pub changed: usize,
    pub changelogs: usize,
    /// Those whose changelog the mirror did not have.
    pub missing: Vec<String>,
}

/// A file of the snapshots.
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot {
    pub source: String,
    pub file: String,
    pub sha256: String,
}

/// `data/starter.json`.
#[derive(Serialize)]
struct Document<'a> {
    sha256: String,
    bytes: usize,
    vulnerabilities: u64,
    packages: u64,
    statements: u64,
    suites: &'a [SuiteFacts],
    snapshots: &'a [Snapshot],
    sources: Vec<SourceCount>,
}

#[derive(Serialize)]
struct SourceCount {
    id: String,
    newest: Option<String>,
    records: u64,
    enrichments: u64,
    supports: u64,
    skipped: u64,
}

impl Inputs {
    pub fn to_json(&self, database: &Database) -> Result<String> {
        let meta = database.meta();
        let sources = meta.sources.iter().map(|source| SourceCount {
            id: source.id.clone(),
            newest: source.snapshot.map(|day| day.to_string()),
            records: source.records,
            enrichments: source.enrichments,
            supports: source.supports,
            skipped: source.skipped,
        });
        let document = Document {
            sha256: plimsoll_image::hash::sha256(database.bytes()).hex(),
            bytes: database.bytes().len(),
            vulnerabilities: meta.vulnerabilities,
            packages: meta.packages,
            statements: meta.statements,
            suites: &self.suites,
            snapshots: &self.snapshots,
            sources: sources.collect(),
        };
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}

/// What went in, at the terminal.
pub fn tell(database: &Database) {
    for source in &database.meta().sources {
        eprintln!(
            "  {:<18} {:>6} advisories {:>6} ratings {:>4} support {:>4} skipped",
            source.id, source.records, source.enrichments, source.supports, source.skipped
        );
    }
}

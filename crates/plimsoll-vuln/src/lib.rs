//! Advisories: their sources, version schemes, the database file, and matching.
//!
//! Is handed bytes and time; opens no socket, no file, no clock. See `plimsoll-image` for how the
//! bytes of an archive are reached, and the binary for how the database file is mapped.

pub mod builder;
pub mod constraints;
pub mod cvss;
pub mod database;
mod digits;
mod feed;
#[doc(hidden)]
pub mod fuzz;
#[doc(hidden)]
pub mod fuzz_db;
#[doc(hidden)]
pub mod fuzz_sources;
mod loose;
pub mod matching;
pub mod pairs;
pub mod record;
pub mod schemes;
pub mod signature;
pub mod sources;
pub mod update;
pub mod vex;

pub use builder::{BuildError, BuildOptions, Builder};
pub use database::{Database, DatabaseError, Meta, SourceMeta, SourcedRecord, Vulnerability};
pub use matching::{MatchOptions, Matched, match_inventory};
pub use record::{
    Affected, CvssVector, Enrichment, Exploitation, Item, Range, Record, Scope, Status, Support,
    SupportState,
};
pub use schemes::{SCHEMES, VersionError, VersionScheme};
pub use sources::{AdvisorySource, Input, InputFile, SOURCES, Sink, SourceError};

/// For the benches: what matching does for each package.
#[doc(hidden)]
pub mod bench {
    use crate::{Database, DatabaseError};

    /// Looks a package up and reads every statement about it; gives their number.
    pub fn look_up(
        database: &Database,
        key: &mut Vec<u8>,
        scope: &str,
        package: &str,
    ) -> Result<usize, DatabaseError> {
        database.count_statements(key, scope, package)
    }
}

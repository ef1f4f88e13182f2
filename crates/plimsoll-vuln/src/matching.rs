//! Package × advisory: which known vulnerabilities the packages of an inventory have, and how that
//! is known.
//!
//! A package of a distribution is looked up in its own release only, by source package first, then
//! by its own name where a feed speaks of binary packages; a language's package by the name its
//! ecosystem knows it by. Versions are compared in the order of the ecosystem. Nothing is guessed
//! from names that look alike (CPE). What cannot be told (no advisories for a release, a version
//! that cannot be compared) becomes an [`Unknown`].
//!
//! Several sources about one vulnerability of one package come to one [`Finding`]: [`weigh`] says
//! whose word counts.

mod assemble;
mod compare;
mod coverage;
mod fingerprint;
mod kernels;
mod place;
mod precedence;
mod programs;
mod severity;
mod subject;
mod weigh;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use plimsoll_model::{Finding, Inventory, PackageIndex, Timestamp, Unknown};
use rayon::prelude::*;

use crate::database::vulnerabilities::Entry;
use crate::{Database, DatabaseError};
use place::Places;
use weigh::Affecting;

/// Packages that one core takes at a time.
const PACKAGES_AT_ONCE: usize = 32;

/// What matching depends on beside inventory and database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchOptions {
    /// The time to judge support by.
    pub now: Timestamp,
}

/// What was found, and what could not be told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matched {
    /// Worst severity first, then by id, package, fingerprint.
    pub findings: Vec<Finding>,
    /// Sorted, each once.
    pub unknowns: Vec<Unknown>,
}

/// What the statements say about one package.
struct PackageMatch {
    index: PackageIndex,
    affecting: Vec<Affecting>,
    unknowns: Vec<Unknown>,
    is_unheard: bool,
}

/// Matches every package of an inventory. Works on all cores of the current rayon pool.
pub fn match_inventory(
    database: &Database,
    inventory: &Inventory,
    options: &MatchOptions,
) -> Result<Matched, DatabaseError> {
    let places = Places::new(database, inventory);
    let support = coverage::SupportFacts::new(database, options.now)?;
    let matches: Vec<PackageMatch> = inventory
        .packages
        .par_iter()
        .enumerate()
        .with_min_len(PACKAGES_AT_ONCE)
        .map(|(index, package)| {
            let found = weigh::package(database, &places, package)?;
            Ok(PackageMatch {
                index: PackageIndex(index),
                affecting: found.affecting,
                unknowns: found.unknowns,
                is_unheard: found.is_unheard,
            })
        })
        .collect::<Result<_, DatabaseError>>()?;

    let entries = entries(database, &matches)?;
    let mut findings: Vec<Finding> = matches
        .par_iter()
        .with_min_len(PACKAGES_AT_ONCE)
        .map(|found| assemble::findings(database, inventory, &places, &support, &entries, found))
        .collect::<Result<Vec<_>, DatabaseError>>()?
        .into_iter()
        .flatten()
        .collect();
    fingerprint::tell_apart(inventory, &mut findings);
    findings.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.id.cmp(&b.id))
            .then_with(|| a.package.cmp(&b.package))
            .then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });

    let unheard = matches.iter().filter(|found| found.is_unheard);
    let unheard = unheard.filter_map(|found| inventory.packages.get(found.index.0));
    let unheard = programs::unheard(unheard);
    let mut unknowns: Vec<Unknown> = matches.into_iter().flat_map(|m| m.unknowns).collect();
    unknowns.extend(unheard);
    unknowns.extend(coverage::unknowns(inventory, &places, &support));
    unknowns.sort();
    unknowns.dedup();
    Ok(Matched { findings, unknowns })
}

/// The vulnerabilities that the matches speak of, each block of the database read once.
fn entries(
    database: &Database,
    matches: &[PackageMatch],
) -> Result<BTreeMap<u32, Entry>, DatabaseError> {
    let mut numbers: Vec<u32> = matches
        .iter()
        .flat_map(|found| &found.affecting)
        .map(|affecting| affecting.vulnerability)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    let blocks = database.blocks();
    let mut by_block: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for number in numbers {
        let block = blocks.block_of(number).ok_or_else(|| {
            DatabaseError::damaged(format!("vulnerability {number}"), "no block holds it")
        })?;
        by_block.entry(block).or_default().push(number);
    }
    let by_block: Vec<(usize, Vec<u32>)> = by_block.into_iter().collect();
    let read: Vec<Vec<(u32, Entry)>> = by_block
        .into_par_iter()
        .map(|(block, numbers)| {
            let block = blocks.read(block)?;
            numbers
                .into_iter()
                .map(|number| Ok((number, block.entry(number)?)))
                .collect()
        })
        .collect::<Result<_, DatabaseError>>()?;
    Ok(read.into_iter().flatten().collect())
}

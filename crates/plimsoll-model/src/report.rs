//! Everything that is said about one target in one go.

use crate::{AdvisorySet, Compliance, Finding, Inventory, Package, Verdict};

/// An inventory, what is wrong with it, and the judgement. `plimsoll-report` writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub tool: Tool,
    pub inventory: Inventory,
    /// Sorted: worst severity first, then id, package, location.
    pub findings: Vec<Finding>,
    pub advisories: Option<AdvisorySet>,
    /// How the target stands to a benchmark, where one was asked for.
    pub compliance: Option<Compliance>,
    pub verdict: Option<Verdict>,
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

impl Report {
    /// The package a finding is about.
    pub fn package_of(&self, finding: &Finding) -> Option<&Package> {
        finding
            .package
            .and_then(|index| self.inventory.package(index))
    }
}

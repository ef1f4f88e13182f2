//! What was found in a target. An SBOM is a document made of it.

use crate::{Layer, Package, PackageIndex, Target, Unknown};

/// Everything that was found in one target, before anything is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    pub target: Target,
    /// Lowest layer first; empty for targets without layers.
    pub layers: Vec<Layer>,
    /// Sorted by purl, then by primary location.
    pub packages: Vec<Package>,
    /// Language packages whose files an operating system package owns: named, not counted.
    pub owned: Vec<OwnedPackage>,
    /// Objects of configuration that were looked at: Kubernetes', Compose's.
    pub objects: u64,
    /// What could not be read, and why.
    pub unknowns: Vec<Unknown>,
}

/// A language's package that came with an operating system package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedPackage {
    pub package: Package,
    /// The operating system package that owns its files.
    pub owner: PackageIndex,
}

impl Inventory {
    /// An inventory of a target in which nothing was found yet.
    pub const fn new(target: Target) -> Self {
        Self {
            target,
            layers: Vec::new(),
            packages: Vec::new(),
            owned: Vec::new(),
            objects: 0,
            unknowns: Vec::new(),
        }
    }

    /// The package at an index, if there is one.
    pub fn package(&self, index: PackageIndex) -> Option<&Package> {
        self.packages.get(index.0)
    }
}

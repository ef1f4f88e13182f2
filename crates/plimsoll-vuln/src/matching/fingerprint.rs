//! What identifies a finding from one scan to the next.
//!
//! A vulnerability finding is the same when the same vulnerability is found in the same package:
//! its ecosystem and name, and for a language's package the path it was found at, as there may be
//! several copies. The version does not count (an upgrade that mends nothing is still the same
//! defect, also where the version is part of the path), nor does the layer. Where that is not
//! enough to tell two findings of one report apart (two architectures, two kernels), architecture
//! and version count as well.

use std::collections::BTreeMap;

use plimsoll_model::{Finding, Inventory, Package, Part};
use xxhash_rust::xxh3::Xxh3;

/// Shortest version that is taken out of a path; a shorter one may be anything.
const VERSION_CHARS_MIN: usize = 3;

/// The fingerprint of a vulnerability in a package: 32 hexadecimal digits.
pub fn of(vulnerability: &str, package: &Package) -> String {
    hash(vulnerability, package, &[])
}

/// Gives findings that would have the same fingerprint different ones.
pub fn tell_apart(inventory: &Inventory, findings: &mut [Finding]) {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for finding in findings.iter() {
        *counts.entry(finding.fingerprint.clone()).or_default() += 1;
    }
    for finding in findings {
        let is_unique = counts.get(&finding.fingerprint).is_none_or(|n| *n == 1);
        let package = finding.package.and_then(|index| inventory.package(index));
        if let (false, Some(package)) = (is_unique, package) {
            let arch = package.arch.as_deref().unwrap_or_default();
            let path = package.locations.first().map_or("", |place| &place.path);
            finding.fingerprint = hash(&finding.id, package, &[arch, &package.version, path]);
        }
    }
}

fn hash(vulnerability: &str, package: &Package, more: &[&str]) -> String {
    let mut hasher = Xxh3::new();
    let mut part = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(&[0]);
    };
    part("vulnerability");
    part(vulnerability);
    part(package.ecosystem.as_str());
    part(&package.qualified_name());
    if package.part != Part::Os
        && let Some(location) = package.locations.first()
    {
        if package.version.len() >= VERSION_CHARS_MIN {
            part(&location.path.replace(&package.version, "*"));
        } else {
            part(&location.path);
        }
    }
    for text in more {
        part(text);
    }
    format!("{:032x}", hasher.digest128())
}

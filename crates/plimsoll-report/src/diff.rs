//! What changed between two reports: packages, findings, layers, size, verdict.
//!
//! Only what the reports hold is compared; nothing is scanned again. A package is the same by
//! ecosystem, namespace, name and architecture, wherever it lies; its versions are what changes.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::{Digest, Finding, Layer, Outcome, Package, Report};

mod json;
mod markdown;
mod text;

pub use json::SCHEMA as DIFF_SCHEMA;

/// The difference of two reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference<'a> {
    pub from: Side<'a>,
    pub to: Side<'a>,
    /// Packages and versions that are only in the second.
    pub added: Vec<&'a Package>,
    /// Packages and versions that are only in the first.
    pub removed: Vec<&'a Package>,
    pub changed: Vec<Changed<'a>>,
    /// Packages, by place, that both have at the same version.
    pub unchanged: usize,
    /// Findings only in the second.
    pub new: Vec<Seen<'a>>,
    /// Findings only in the first.
    pub fixed: Vec<Seen<'a>>,
    /// Findings of both that an exception lets through in the second only.
    pub excepted: Vec<Seen<'a>>,
    /// Findings of both whose exception is gone in the second.
    pub reopened: Vec<Seen<'a>>,
    /// Findings of both, those just named among them.
    pub same: usize,
    /// Layers that both have.
    pub layers_shared: usize,
    pub layers_added: Vec<&'a Layer>,
    pub layers_removed: Vec<&'a Layer>,
}

/// One of the two reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Side<'a> {
    pub name: &'a str,
    pub digest: Option<&'a Digest>,
    pub outcome: Option<Outcome>,
    pub packages: usize,
    /// Sum of the layers as stored, in bytes.
    pub size_bytes: u64,
}

/// A package whose versions differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed<'a> {
    /// One of the first report's.
    pub package: &'a Package,
    /// Versions only in the first, each once.
    pub from: Vec<&'a str>,
    /// Versions only in the second, each once.
    pub to: Vec<&'a str>,
}

/// A finding with the package it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen<'a> {
    pub finding: &'a Finding,
    pub package: Option<&'a Package>,
}

/// What makes two packages the same one.
type Key<'a> = (&'a str, Option<&'a str>, &'a str, Option<&'a str>);

fn key(package: &Package) -> Key<'_> {
    (
        package.ecosystem.as_str(),
        package.namespace.as_deref(),
        &package.name,
        package.arch.as_deref(),
    )
}

/// Compares two reports, the older first.
pub fn diff<'a>(from: &'a Report, to: &'a Report) -> Difference<'a> {
    let mut difference = Difference {
        from: side(from),
        to: side(to),
        added: Vec::new(),
        removed: Vec::new(),
        changed: Vec::new(),
        unchanged: 0,
        new: Vec::new(),
        fixed: Vec::new(),
        excepted: Vec::new(),
        reopened: Vec::new(),
        same: 0,
        layers_shared: 0,
        layers_added: Vec::new(),
        layers_removed: Vec::new(),
    };
    packages(from, to, &mut difference);
    findings(from, to, &mut difference);
    layers(from, to, &mut difference);
    difference
}

impl Difference<'_> {
    /// Whether the two say the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.new.is_empty()
            && self.fixed.is_empty()
            && self.excepted.is_empty()
            && self.reopened.is_empty()
            && self.layers_added.is_empty()
            && self.layers_removed.is_empty()
            && self.from.outcome == self.to.outcome
    }
}

fn side(report: &Report) -> Side<'_> {
    let inventory = &report.inventory;
    Side {
        name: &inventory.target.name,
        digest: inventory.target.digest.as_ref(),
        outcome: report.verdict.as_ref().map(|verdict| verdict.outcome),
        packages: inventory.packages.len(),
        size_bytes: inventory
            .layers
            .iter()
            .fold(0, |sum, layer| sum.saturating_add(layer.size_bytes)),
    }
}

/// Packages by what makes them the same, then by version.
type Grouped<'a> = BTreeMap<Key<'a>, BTreeMap<&'a str, Vec<&'a Package>>>;

fn grouped(report: &Report) -> Grouped<'_> {
    let mut groups = Grouped::new();
    for package in &report.inventory.packages {
        let versions = groups.entry(key(package)).or_default();
        versions.entry(&package.version).or_default().push(package);
    }
    groups
}

fn packages<'a>(from: &'a Report, to: &'a Report, out: &mut Difference<'a>) {
    let (old, new) = (grouped(from), grouped(to));
    let nothing = BTreeMap::new();
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let old = old.get(key).unwrap_or(&nothing);
        let new = new.get(key).unwrap_or(&nothing);
        let gone: Vec<_> = old.iter().filter(|(v, _)| !new.contains_key(*v)).collect();
        let come: Vec<_> = new.iter().filter(|(v, _)| !old.contains_key(*v)).collect();
        out.unchanged += new
            .iter()
            .filter(|(version, _)| old.contains_key(*version))
            .map(|(_, packages)| packages.len())
            .sum::<usize>();
        let one = |list: &[(&&'a str, &Vec<&'a Package>)]| -> Vec<&'a Package> {
            list.iter()
                .filter_map(|(_, packages)| packages.first().copied())
                .collect()
        };
        let first = gone.first().and_then(|(_, packages)| packages.first());
        if let (Some(package), false) = (first, come.is_empty()) {
            out.changed.push(Changed {
                package,
                from: gone.iter().map(|(version, _)| **version).collect(),
                to: come.iter().map(|(version, _)| **version).collect(),
            });
        } else {
            out.removed.extend(one(&gone));
            out.added.extend(one(&come));
        }
    }
}

fn findings<'a>(from: &'a Report, to: &'a Report, out: &mut Difference<'a>) {
    // By fingerprint first; then what is left by id and package, since an upgrade that mends
    // nothing may change the fingerprint.
    let (pairs, old, new) = paired(
        from.findings.iter().collect(),
        to.findings.iter().collect(),
        |_, finding| finding.fingerprint.clone(),
        (from, to),
    );
    let (more, old, new) = paired(
        old,
        new,
        |report, finding| match report.package_of(finding) {
            Some(package) => format!("{:?}", (finding.kind, &finding.id, key(package))),
            None => format!("{:?}", (finding.kind, &finding.id, &finding.fingerprint)),
        },
        (from, to),
    );
    let seen = |report: &'a Report| {
        move |finding: &'a Finding| Seen {
            finding,
            package: report.package_of(finding),
        }
    };
    for (old, new) in pairs.into_iter().chain(more) {
        out.same += 1;
        match (old.excepted.is_some(), new.excepted.is_some()) {
            (false, true) => out.excepted.push(seen(to)(new)),
            (true, false) => out.reopened.push(seen(to)(new)),
            _ => {}
        }
    }
    out.fixed = old.into_iter().map(seen(from)).collect();
    out.new = new.into_iter().map(seen(to)).collect();
    for list in [
        &mut out.fixed,
        &mut out.new,
        &mut out.excepted,
        &mut out.reopened,
    ] {
        list.sort_by(|a, b| {
            let rank = |seen: &Seen<'a>| {
                let package = seen.package.map(|package| &package.purl);
                (
                    std::cmp::Reverse(seen.finding.severity),
                    &seen.finding.id,
                    package,
                )
            };
            rank(a).cmp(&rank(b))
        });
    }
}

/// Pairs, then what is left of the first, then of the second, both in their order.
type Paired<'a> = (
    Vec<(&'a Finding, &'a Finding)>,
    Vec<&'a Finding>,
    Vec<&'a Finding>,
);

fn paired<'a>(
    old: Vec<&'a Finding>,
    new: Vec<&'a Finding>,
    name: impl Fn(&Report, &Finding) -> String,
    (from, to): (&Report, &Report),
) -> Paired<'a> {
    let mut waiting: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, finding) in old.iter().enumerate().rev() {
        waiting.entry(name(from, finding)).or_default().push(index);
    }
    let mut taken = BTreeSet::new();
    let mut pairs = Vec::new();
    let mut left = Vec::new();
    for finding in new {
        match waiting.get_mut(&name(to, finding)).and_then(Vec::pop) {
            Some(index) => {
                taken.insert(index);
                pairs.extend(old.get(index).map(|other| (*other, finding)));
            }
            None => left.push(finding),
        }
    }
    let rest = old.into_iter().enumerate();
    let rest = rest.filter(|(index, _)| !taken.contains(index));
    (pairs, rest.map(|(_, finding)| finding).collect(), left)
}

fn layers<'a>(from: &'a Report, to: &'a Report, out: &mut Difference<'a>) {
    let ids = |report: &'a Report| -> BTreeSet<&'a Digest> {
        report
            .inventory
            .layers
            .iter()
            .map(|layer| &layer.diff_id)
            .collect()
    };
    let (old, new) = (ids(from), ids(to));
    let from = from.inventory.layers.iter();
    let to = to.inventory.layers.iter();
    out.layers_removed = from.filter(|layer| !new.contains(&layer.diff_id)).collect();
    out.layers_added = to.filter(|layer| !old.contains(&layer.diff_id)).collect();
    out.layers_shared = old.intersection(&new).count();
}

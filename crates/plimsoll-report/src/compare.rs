//! Our findings against another tool's, with a reason for each difference.
//!
//! Compares vulnerabilities of packages by package, version and defect; ids that either side calls
//! aliases are one defect. A reason is what the two documents show, in the order from certain to
//! likely: nothing is looked up, and where the documents show nothing, that is what is said.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::{Finding, FindingKind, Package, Report, Severity};

mod aliases;
mod json;
mod names;
mod other;
mod reasons;
mod table;

pub use json::SCHEMA as COMPARE_SCHEMA;
pub use other::{CompareError, OtherMatch, OtherPackage, OtherReport, read_other};
pub use reasons::Reason;

use aliases::Aliases;
use names::Name;

/// Our report against one or more others.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What our report is about.
    pub target: String,
    /// Vulnerabilities of packages in our report, excepted ones among them.
    pub ours: usize,
    pub others: Vec<Compared>,
}

/// Our report against one other.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    pub tool: String,
    pub version: Option<String>,
    pub target: String,
    /// Vulnerabilities of packages in their report, doubles apart.
    pub theirs: usize,
    pub both: usize,
    /// Of both, those rated otherwise.
    pub severity_differs: usize,
    pub only_ours: Vec<Line>,
    pub only_theirs: Vec<Line>,
    /// Where their report lists what it found, not only what is wrong.
    pub packages: Option<PackageCounts>,
    /// Remarks about the comparison itself.
    pub notes: Vec<String>,
}

/// How many packages each side found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PackageCounts {
    pub both: usize,
    pub only_ours: usize,
    pub only_theirs: usize,
}

/// One finding that only one side has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    pub reason: Reason,
    /// Worst first is the other way round.
    pub severity: Severity,
    pub id: String,
    /// `npm lodash`, by purl type and name.
    pub package: String,
    pub version: String,
    /// What the reason rests on.
    pub detail: String,
}

/// Our side, prepared.
struct Ours<'a> {
    report: &'a Report,
    /// Findings by package and version.
    found: BTreeMap<(Name, String), Vec<&'a Finding>>,
    /// Packages by name.
    packages: BTreeMap<Name, Vec<&'a Package>>,
}

/// Their side, prepared.
struct Theirs<'a> {
    report: &'a OtherReport,
    found: BTreeMap<(Name, String), Vec<&'a OtherMatch>>,
    /// Matches by defect; filled when all aliases are known.
    by_defect: BTreeMap<String, Vec<&'a OtherMatch>>,
    /// Versions by name: of their inventory where they list one, else of their matches.
    packages: BTreeMap<Name, BTreeSet<String>>,
}

/// Our findings by defect.
type ByDefect<'a> = BTreeMap<String, Vec<&'a Finding>>;

/// Compares our report with each of the others.
pub fn compare(ours: &Report, others: &[OtherReport]) -> Comparison {
    let mine = Ours::new(ours);
    Comparison {
        target: ours.inventory.target.name.clone(),
        ours: mine.found.values().map(Vec::len).sum(),
        others: others.iter().map(|other| compared(&mine, other)).collect(),
    }
}

impl<'a> Ours<'a> {
    fn new(report: &'a Report) -> Self {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for finding in &report.findings {
            if finding.kind == FindingKind::Vulnerability
                && let Some(package) = report.package_of(finding)
            {
                let name = Name::of(package);
                let version = name.version(&package.version);
                found.entry((name, version)).or_default().push(finding);
            }
        }
        let mut packages: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for package in &report.inventory.packages {
            packages.entry(Name::of(package)).or_default().push(package);
        }
        Self {
            report,
            found,
            packages,
        }
    }
}

impl<'a> Theirs<'a> {
    fn new(report: &'a OtherReport) -> Self {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut packages: BTreeMap<Name, BTreeSet<String>> = BTreeMap::new();
        for one in &report.matches {
            let version = one.package.name.version(&one.package.version);
            packages
                .entry(one.package.name.clone())
                .or_default()
                .insert(version.clone());
            found
                .entry((one.package.name.clone(), version))
                .or_default()
                .push(one);
        }
        for package in report.packages.iter().flatten() {
            let version = package.name.version(&package.version);
            packages
                .entry(package.name.clone())
                .or_default()
                .insert(version);
        }
        Self {
            report,
            found,
            by_defect: BTreeMap::new(),
            packages,
        }
    }
}

fn compared(ours: &Ours<'_>, other: &OtherReport) -> Compared {
    let mut theirs = Theirs::new(other);
    let mut aliases = Aliases::default();
    for finding in ours.found.values().flatten() {
        aliases.join(&finding.id, &finding.aliases);
    }
    for one in &other.matches {
        aliases.join(&one.id, &one.aliases);
    }
    let mut said = ByDefect::new();
    for finding in ours.found.values().flatten() {
        said.entry(aliases.name(&finding.id))
            .or_default()
            .push(finding);
    }
    for one in &other.matches {
        theirs
            .by_defect
            .entry(aliases.name(&one.id))
            .or_default()
            .push(one);
    }
    let mut out = Compared {
        tool: other.tool.clone(),
        version: other.version.clone(),
        target: other.target.clone(),
        theirs: 0,
        both: 0,
        severity_differs: 0,
        only_ours: Vec::new(),
        only_theirs: Vec::new(),
        packages: other
            .packages
            .as_ref()
            .map(|_| package_counts(ours, &theirs)),
        notes: other.notes.clone(),
    };
    let keys: BTreeSet<_> = ours.found.keys().chain(theirs.found.keys()).collect();
    for key in keys {
        let mine = by_defect(ours.found.get(key), &mut aliases, |finding| &finding.id);
        let yours = by_defect(theirs.found.get(key), &mut aliases, |one| &one.id);
        out.theirs += yours.len();
        for (defect, finding) in &mine {
            if let Some(one) = yours.get(defect) {
                out.both += 1;
                out.severity_differs += usize::from(one.severity != finding.severity);
            } else {
                let line = reasons::only_ours(ours, &theirs, finding, &mut aliases);
                out.only_ours.push(line);
            }
        }
        for (defect, one) in &yours {
            if !mine.contains_key(defect) {
                let unmatched: Vec<_> = mine
                    .iter()
                    .filter(|(defect, _)| !yours.contains_key(*defect))
                    .map(|(_, finding)| *finding)
                    .collect();
                let line = reasons::only_theirs(ours, &said, one, &unmatched, &mut aliases);
                out.only_theirs.push(line);
            }
        }
    }
    out.only_ours.sort();
    out.only_theirs.sort();
    out
}

/// Entries by the defect they speak of; of doubles the first.
fn by_defect<'a, T>(
    entries: Option<&Vec<&'a T>>,
    aliases: &mut Aliases,
    id: impl Fn(&'a T) -> &'a String,
) -> BTreeMap<String, &'a T> {
    let mut found = BTreeMap::new();
    for entry in entries.into_iter().flatten() {
        found.entry(aliases.name(id(entry))).or_insert(*entry);
    }
    found
}

fn package_counts(ours: &Ours<'_>, theirs: &Theirs<'_>) -> PackageCounts {
    let mine: BTreeSet<_> = ours
        .packages
        .iter()
        .flat_map(|(name, packages)| {
            packages
                .iter()
                .map(move |p| (name, name.version(&p.version)))
        })
        .collect();
    let yours: BTreeSet<_> = theirs
        .packages
        .iter()
        .flat_map(|(name, versions)| versions.iter().map(move |version| (name, version.clone())))
        .collect();
    PackageCounts {
        both: mine.intersection(&yours).count(),
        only_ours: mine.difference(&yours).count(),
        only_theirs: yours.difference(&mine).count(),
    }
}

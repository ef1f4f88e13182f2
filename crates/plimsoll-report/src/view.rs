//! What several output formats compute from a report: levels, counts, groups, places.
//!
//! Holds nothing that is not in the report; formats stay free to show less.

use std::collections::BTreeMap;

pub use plimsoll_model::text::counted;
use plimsoll_model::{
    Date, Digest, Finding, FixState, Layer, Location, Mode, Package, PackageIndex, Report,
    Severity, TargetKind,
};

/// How loudly a finding is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Let through by an exception.
    Excepted,
    Note,
    Warning,
    Error,
}

impl Level {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Excepted => "excepted",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A report with the look-ups that rendering needs.
pub struct View<'a> {
    pub report: &'a Report,
    /// Strongest mode of the reasons that name a finding, by fingerprint.
    modes: BTreeMap<&'a str, Mode>,
    /// Positions of the layers, from 0.
    layers: BTreeMap<&'a Digest, usize>,
}

/// Findings that read as one: the same defect, mended the same way, in packages of one version.
pub struct Group<'a> {
    pub level: Level,
    pub findings: Vec<&'a Finding>,
}

/// A package, where there is one, and what was found about it.
pub type PackageFindings<'a> = (Option<(PackageIndex, &'a Package)>, Vec<&'a Finding>);

impl<'a> Group<'a> {
    /// The finding that speaks for all.
    pub fn first(&self) -> Option<&'a Finding> {
        self.findings.first().copied()
    }
}

impl<'a> View<'a> {
    pub fn new(report: &'a Report) -> Self {
        let mut modes = BTreeMap::new();
        for reason in report.verdict.iter().flat_map(|verdict| &verdict.reasons) {
            if let Some(finding) = &reason.finding {
                let mode = modes.entry(finding.as_str()).or_insert(reason.mode);
                *mode = (*mode).max(reason.mode);
            }
        }
        let layers = report.inventory.layers.iter().enumerate();
        Self {
            report,
            modes,
            layers: layers
                .map(|(index, layer)| (&layer.diff_id, index))
                .collect(),
        }
    }

    /// By the verdict's reasons; where nothing was judged, by severity.
    pub fn level(&self, finding: &Finding) -> Level {
        if finding.excepted.is_some() {
            return Level::Excepted;
        }
        if self.report.verdict.is_none() {
            return match finding.severity {
                Severity::Critical | Severity::High => Level::Error,
                Severity::Medium => Level::Warning,
                _ => Level::Note,
            };
        }
        match self.modes.get(finding.fingerprint.as_str()) {
            Some(Mode::Enforce) => Level::Error,
            Some(Mode::Warn) => Level::Warning,
            Some(Mode::Audit) | None => Level::Note,
        }
    }

    /// The layer of a place, with its number from 1.
    pub fn layer(&self, location: &Location) -> Option<(usize, &'a Layer)> {
        self.layer_by_id(location.layer.as_ref()?)
    }

    /// The layer of this `diff_id`, with its number from 1.
    pub fn layer_by_id(&self, diff_id: &Digest) -> Option<(usize, &'a Layer)> {
        let index = *self.layers.get(diff_id)?;
        let layer = self.report.inventory.layers.get(index)?;
        Some((index + 1, layer))
    }

    /// Where a finding is: its own places, else those of its package.
    pub fn places(&self, finding: &'a Finding) -> &'a [Location] {
        if finding.locations.is_empty() {
            self.report
                .package_of(finding)
                .map_or(&[], |package| package.locations.as_slice())
        } else {
            &finding.locations
        }
    }

    /// The primary place.
    pub fn place(&self, finding: &'a Finding) -> Option<&'a Location> {
        self.places(finding).first()
    }

    /// How much was looked at: `214 packages`, `12 objects`.
    pub fn size_words(&self) -> String {
        let inventory = &self.report.inventory;
        if inventory.target.kind == TargetKind::Configuration {
            let objects = usize::try_from(inventory.objects).unwrap_or(usize::MAX);
            return counted(objects, "object", "objects");
        }
        counted(inventory.packages.len(), "package", "packages")
    }

    /// Findings that no exception lets through.
    pub fn open(&self) -> impl Iterator<Item = &'a Finding> {
        self.report
            .findings
            .iter()
            .filter(|finding| finding.excepted.is_none())
    }

    /// Findings that an exception lets through.
    pub fn excepted(&self) -> impl Iterator<Item = &'a Finding> {
        self.report
            .findings
            .iter()
            .filter(|finding| finding.excepted.is_some())
    }

    /// Open findings by severity, worst first; none left out.
    pub fn counts(&self) -> [(Severity, usize); 6] {
        Severity::WORST_FIRST.map(|severity| {
            let count = self.open().filter(|f| f.severity == severity).count();
            (severity, count)
        })
    }

    /// Findings folded into groups, in the order in which each first appears.
    pub fn groups(&self) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut known = BTreeMap::new();
        for finding in &self.report.findings {
            let level = self.level(finding);
            let package = self.report.package_of(finding);
            let key = package.map(|package| {
                let source = package.source.as_ref().map(|source| &source.name);
                let fix = finding.fix.as_ref().map(|fix| (fix.state, &fix.versions));
                let by = finding.excepted.as_ref().map(|excepted| &excepted.by);
                let place = package.locations.first().and_then(|at| at.layer.as_ref());
                let what = (&finding.id, finding.severity, level, by);
                (
                    what,
                    source,
                    &package.version,
                    fix,
                    place,
                    package.ecosystem.as_str(),
                )
            });
            match key {
                // Packages that have nothing in common but a version stay apart.
                Some(key) if key.1.is_some() => {
                    let index = *known.entry(key).or_insert_with(|| {
                        groups.push(Group {
                            level,
                            findings: Vec::new(),
                        });
                        groups.len() - 1
                    });
                    if let Some(group) = groups.get_mut(index) {
                        group.findings.push(finding);
                    }
                }
                _ => groups.push(Group {
                    level,
                    findings: vec![finding],
                }),
            }
        }
        groups
    }

    /// Findings by package, packages with the worst first; findings without a package at the end.
    pub fn by_package(&self) -> Vec<PackageFindings<'a>> {
        let mut found: BTreeMap<Option<PackageIndex>, Vec<&'a Finding>> = BTreeMap::new();
        for finding in &self.report.findings {
            found.entry(finding.package).or_default().push(finding);
        }
        let mut list: Vec<_> = found
            .into_iter()
            .map(|(index, findings)| {
                let package =
                    index.and_then(|index| Some((index, self.report.inventory.package(index)?)));
                (package, findings)
            })
            .collect();
        list.sort_by_key(|(package, findings)| {
            let rank = |f: &&Finding| (self.level(f), f.severity);
            let worst = findings.iter().map(rank).max();
            (
                std::cmp::Reverse(worst),
                std::cmp::Reverse(findings.len()),
                package.map(|p| p.0),
            )
        });
        list
    }
}

/// What is known about a fix, for people.
pub fn fix_words(finding: &Finding) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    Some(match fix.state {
        FixState::Fixed if fix.versions.is_empty() => "fixed".to_owned(),
        FixState::Fixed => format!("fixed in {}", fix.versions.join(", ")),
        FixState::NotFixed => "no fix yet".to_owned(),
        FixState::WontFix => "will not be fixed".to_owned(),
        FixState::Unknown => return None,
    })
}

/// `openssl 3.0.15-1`, or only the name where there is no version.
pub fn named(package: &Package) -> String {
    let name = package.qualified_name();
    if package.version.is_empty() {
        name
    } else {
        format!("{name} {}", package.version)
    }
}

/// How old a snapshot is, for people; nothing where the day lies ahead.
pub fn age_words(day: Date, today: Date) -> Option<String> {
    let days = today.since(day).ok()?.get_days();
    match days {
        ..0 => None,
        0 => Some("of today".to_owned()),
        1 => Some("1 day old".to_owned()),
        _ => Some(format!("{days} days old")),
    }
}

/// `path`, `path:12` or `path:12:3`.
pub fn place_words(location: &Location) -> String {
    match (location.line, location.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", location.path),
        (Some(line), None) => format!("{}:{line}", location.path),
        _ => location.path.clone(),
    }
}

/// Text from outside as it may be shown on a screen or a page.
pub fn clean(text: &str) -> String {
    plimsoll_model::text::clean(text).into_owned()
}

/// The page of an id, where its scheme has one.
pub fn id_link(id: &str) -> Option<String> {
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if !plain(id) {
        return None;
    }
    if let Some(number) = id.strip_prefix("CWE-") {
        return Some(format!(
            "https://cwe.mitre.org/data/definitions/{number}.html"
        ));
    }
    if id.starts_with("CVE-") {
        return Some(format!("https://www.cve.org/CVERecord?id={id}"));
    }
    id.starts_with("GHSA-")
        .then(|| format!("https://github.com/advisories/{id}"))
}

/// A size for people: `48.0 MB`.
pub fn size_words(bytes: u64) -> String {
    const UNITS: [(&str, f64); 3] = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let size = bytes as f64;
    for (unit, factor) in UNITS {
        if size >= factor {
            return format!("{:.1} {unit}", size / factor);
        }
    }
    format!("{bytes} B")
}

//! Why only one of the two has a finding, from what both documents show.

use plimsoll_model::{Finding, FixState, Location, Severity};

use super::aliases::Aliases;
use super::names::Name;
use super::{ByDefect, Line, OtherMatch, Ours, Theirs};

/// The kinds of reason, those that rest on packages first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The side that lacks it could not read the place.
    Unreadable,
    /// A language's package that we count with the operating system package it came with.
    Owned,
    /// The side that lacks it has the package at another version.
    Version,
    /// The side that lacks it has a package of that name in another ecosystem.
    Ecosystem,
    /// The side that lacks it does not have the package.
    Package,
    /// Said of another package built from the same source.
    SamePackageSource,
    /// About the kernel, said of a package of its source that holds none of its code.
    Kernel,
    /// Probably the same defect under an id that neither side calls an alias.
    Alias,
    /// They match by a guess at CPE names, which we do not.
    Cpe,
    /// The publisher's advisories are not in our database.
    Source,
    /// Published after our snapshot of the publisher.
    Newer,
    /// The side that lacks it saw and set it aside.
    Ignored,
    /// Their report holds nothing of so low a severity.
    SeverityFilter,
    /// Their report holds nothing without a fix.
    FixFilter,
    /// The package is there; the side that lacks it has no advisory that says it is affected.
    Advisory,
}

impl Reason {
    pub const ALL: [Self; 15] = [
        Self::Unreadable,
        Self::Owned,
        Self::Version,
        Self::Ecosystem,
        Self::Package,
        Self::SamePackageSource,
        Self::Kernel,
        Self::Alias,
        Self::Cpe,
        Self::Source,
        Self::Newer,
        Self::Ignored,
        Self::SeverityFilter,
        Self::FixFilter,
        Self::Advisory,
    ];

    /// The word for it in the JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Owned => "owned_by_os_package",
            Self::Version => "version_differs",
            Self::Ecosystem => "ecosystem_differs",
            Self::Package => "package_not_found",
            Self::SamePackageSource => "said_of_same_source",
            Self::Kernel => "kernel_code",
            Self::Alias => "likely_alias",
            Self::Cpe => "cpe_guess",
            Self::Source => "source_not_in_database",
            Self::Newer => "newer_than_snapshot",
            Self::Ignored => "set_aside",
            Self::SeverityFilter => "severity_filter",
            Self::FixFilter => "unfixed_filter",
            Self::Advisory => "no_advisory",
        }
    }
}

/// How many of their matches it takes before an absence looks like a filter.
const FILTER_MATCHES_MIN: usize = 5;

/// Why they lack a finding of ours.
pub fn only_ours(
    ours: &Ours<'_>,
    theirs: &Theirs<'_>,
    finding: &Finding,
    aliases: &mut Aliases,
) -> Line {
    let package = ours.report.package_of(finding);
    let name = package.map_or_else(|| Name::new("generic", None, ""), Name::of);
    let version = package
        .map(|package| package.version.clone())
        .unwrap_or_default();
    let (reason, detail) = why_not_theirs(ours, theirs, finding, &name, &version, aliases);
    Line {
        reason,
        severity: finding.severity,
        id: finding.id.clone(),
        package: name.display(),
        version,
        detail,
    }
}

fn why_not_theirs(
    ours: &Ours<'_>,
    theirs: &Theirs<'_>,
    finding: &Finding,
    name: &Name,
    version: &str,
    aliases: &mut Aliases,
) -> (Reason, String) {
    let their = &theirs.report.tool;
    let defect = aliases.name(&finding.id);
    let ignored = theirs
        .report
        .ignored
        .iter()
        .find(|one| one.package.name == *name && aliases.name(&one.id) == defect);
    if ignored.is_some() {
        return (
            Reason::Ignored,
            format!("{their} lists it among what it ignored"),
        );
    }
    if let Some(other) = same_source_theirs(ours, theirs, finding, &defect) {
        return (
            Reason::SamePackageSource,
            format!("{their} says it of {other}"),
        );
    }
    let wanted = name.version(version);
    match theirs.packages.get(name) {
        Some(versions) if !versions.contains(&wanted) => {
            let list: Vec<&str> = versions.iter().map(String::as_str).collect();
            return (
                Reason::Version,
                format!("{their} has version {}", list.join(", ")),
            );
        }
        None if theirs.report.packages.is_some() => {
            let elsewhere = theirs.packages.keys().find(|other| other.name == name.name);
            return match elsewhere {
                Some(other) => (
                    Reason::Ecosystem,
                    format!("{their} has it as a package of {}", other.ecosystem),
                ),
                None => (
                    Reason::Package,
                    format!("{their} does not list the package"),
                ),
            };
        }
        _ => {}
    }
    if let Some(filter) = filtered(theirs, finding) {
        return filter;
    }
    let how = finding.how.as_ref();
    let known = how.map_or_else(String::new, |how| {
        format!("; we know it by {}: {}", how.source, how.range)
    });
    if theirs.packages.contains_key(name) {
        return (
            Reason::Advisory,
            format!("{their} has the package without this{known}"),
        );
    }
    let text = format!("{their} lists no packages, and nothing about this one{known}");
    (Reason::Advisory, text)
}

/// The same defect of another package that was built from the same source.
fn same_source_theirs(
    ours: &Ours<'_>,
    theirs: &Theirs<'_>,
    finding: &Finding,
    defect: &str,
) -> Option<String> {
    let source = ours.report.package_of(finding)?.source.as_ref()?;
    for one in theirs.by_defect.get(defect).into_iter().flatten() {
        let siblings = ours.packages.get(&one.package.name);
        let is_sibling = one.package.name.name == source.name
            || siblings.into_iter().flatten().any(|package| {
                package
                    .source
                    .as_ref()
                    .is_some_and(|other| other.name == source.name)
            });
        if is_sibling {
            return Some(format!("{} {}", one.package.name.name, one.package.version));
        }
    }
    None
}

/// Whether their report looks as if findings like this one had been filtered out.
fn filtered(theirs: &Theirs<'_>, finding: &Finding) -> Option<(Reason, String)> {
    let matches = &theirs.report.matches;
    if matches.len() < FILTER_MATCHES_MIN {
        return None;
    }
    let lowest = matches
        .iter()
        .map(|one| one.severity)
        .filter(|severity| *severity != Severity::Unknown)
        .min()?;
    if finding.severity < lowest && finding.severity != Severity::Unknown {
        let text = format!("their report holds nothing below {lowest}");
        return Some((Reason::SeverityFilter, text));
    }
    let state = finding.fix.as_ref().map(|fix| fix.state);
    let unfixed = matches!(state, Some(FixState::NotFixed | FixState::WontFix));
    (unfixed && matches.iter().all(|one| !one.fixed.is_empty())).then(|| {
        let text = "their report holds nothing without a fix".to_owned();
        (Reason::FixFilter, text)
    })
}

/// Why we lack a match of theirs. `unmatched` are our findings of the same package that they lack.
pub fn only_theirs(
    ours: &Ours<'_>,
    by_defect: &ByDefect<'_>,
    one: &OtherMatch,
    unmatched: &[&Finding],
    aliases: &mut Aliases,
) -> Line {
    let (reason, detail) = why_not_ours(ours, by_defect, one, unmatched, aliases);
    Line {
        reason,
        severity: one.severity,
        id: one.id.clone(),
        package: one.package.name.display(),
        version: one.package.version.clone(),
        detail,
    }
}

fn why_not_ours(
    ours: &Ours<'_>,
    by_defect: &ByDefect<'_>,
    one: &OtherMatch,
    unmatched: &[&Finding],
    aliases: &mut Aliases,
) -> (Reason, String) {
    let name = &one.package.name;
    let wanted = name.version(&one.package.version);
    let mine = ours.packages.get(name).map_or(&[][..], Vec::as_slice);
    if mine
        .iter()
        .any(|package| name.version(&package.version) == wanted)
    {
        return why_no_finding(ours, by_defect, one, unmatched, aliases);
    }
    let inventory = &ours.report.inventory;
    let owned = inventory
        .owned
        .iter()
        .find(|owned| Name::of(&owned.package) == *name);
    if let Some(owned) = owned {
        let owner = inventory.package(owned.owner);
        let owner = owner.map_or_else(|| owned.owner.to_string(), crate::view::named);
        return (
            Reason::Owned,
            format!("it came with {owner}, which we look at instead"),
        );
    }
    if let Some(reason) = one.path.as_deref().and_then(|path| unreadable(ours, path)) {
        return (Reason::Unreadable, reason);
    }
    if !mine.is_empty() {
        let list: Vec<&str> = mine
            .iter()
            .map(|package| package.version.as_str())
            .collect();
        return (
            Reason::Version,
            format!("we have version {}", list.join(", ")),
        );
    }
    if let Some(other) = ours.packages.keys().find(|other| other.name == name.name) {
        let text = format!("we have it as a package of {}", other.ecosystem);
        return (Reason::Ecosystem, text);
    }
    let place = one.path.as_ref().map(|path| format!("; they name {path}"));
    let text = format!("we did not find the package{}", place.unwrap_or_default());
    (Reason::Package, text)
}

/// The package is there; the finding is not.
fn why_no_finding(
    ours: &Ours<'_>,
    by_defect: &ByDefect<'_>,
    one: &OtherMatch,
    unmatched: &[&Finding],
    aliases: &mut Aliases,
) -> (Reason, String) {
    if let Some(other) = same_source_ours(ours, by_defect, one, aliases) {
        return (Reason::SamePackageSource, format!("we say it of {other}"));
    }
    if is_beside_kernel(ours, one) {
        let text = "about the kernel's code, of which this package holds none that we know of";
        return (Reason::Kernel, text.to_owned());
    }
    let twin = unmatched.iter().find(|finding| {
        let fix = finding.fix.as_ref();
        fix.is_some_and(|fix| !fix.versions.is_empty() && fix.versions == one.fixed)
    });
    if let Some(twin) = twin {
        let text = format!(
            "we have {} with the same fix, and no link between them",
            twin.id
        );
        return (Reason::Alias, text);
    }
    if one.by_cpe {
        return (Reason::Cpe, "they guess by CPE; we do not".to_owned());
    }
    let their = one.source.as_deref().unwrap_or("a source they do not name");
    let Some(set) = &ours.report.advisories else {
        return (
            Reason::Source,
            "our report was made without advisories".to_owned(),
        );
    };
    // A publisher's records may also have come within the collection of OSV.
    let of = |id: &'static str| {
        let ours = set.sources.iter().filter(move |source| {
            source
                .name
                .strip_prefix(id)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        ours.max_by_key(|source| source.snapshot)
    };
    let snapshot = one.our_source.and_then(|id| of(id).or_else(|| of("osv")));
    let Some(snapshot) = snapshot else {
        return (
            Reason::Source,
            format!("they know it by {their}, which our database lacks"),
        );
    };
    let day = snapshot.snapshot.map(|day| day.to_string());
    if let (Some(published), Some(day)) = (&one.published, &day)
        && published > day
    {
        let text = format!(
            "published on {published}; our {} is of {day}",
            snapshot.name
        );
        return (Reason::Newer, text);
    }
    let day = day.map_or_else(|| "undated".to_owned(), |day| format!("of {day}"));
    let text = format!(
        "they know it by {their}; our {} ({day}) does not say so",
        snapshot.name
    );
    (Reason::Advisory, text)
}

/// Whether the package is one of Debian's that a kernel's source makes beside the kernel: headers,
/// documentation, tools.
fn is_beside_kernel(ours: &Ours<'_>, one: &OtherMatch) -> bool {
    let packages = ours.packages.get(&one.package.name).into_iter().flatten();
    one.package.name.ecosystem == "deb"
        && packages
            .filter_map(|package| package.source.as_ref().map(|source| (package, source)))
            .any(|(package, source)| {
                let is_kernels = source.name == "linux" || source.name.starts_with("linux-");
                let holds_it = ["linux-image-", "linux-modules-"]
                    .iter()
                    .any(|front| package.name.starts_with(front));
                is_kernels && !holds_it
            })
}

fn same_source_ours(
    ours: &Ours<'_>,
    by_defect: &ByDefect<'_>,
    one: &OtherMatch,
    aliases: &mut Aliases,
) -> Option<String> {
    let package = ours.packages.get(&one.package.name)?.first()?;
    let source = package.source.as_ref()?;
    let said = by_defect.get(&aliases.name(&one.id)).into_iter().flatten();
    let mut said = said.filter_map(|finding| ours.report.package_of(finding));
    let other = said.find(|other| {
        let other = other.source.as_ref();
        other.is_some_and(|other| other.name == source.name)
    })?;
    Some(crate::view::named(other))
}

/// The reason why a place, or what it lies in, could not be read.
fn unreadable(ours: &Ours<'_>, path: &str) -> Option<String> {
    let path = path.trim_start_matches('/');
    let unknowns = ours.report.inventory.unknowns.iter();
    let mut found = unknowns.filter(|unknown| {
        let place: Option<&String> = unknown.path.as_ref();
        place.is_some_and(|place| is_inside(&Location::file(path), place))
    });
    found.next().map(|unknown| {
        let place = unknown.path.as_deref().unwrap_or_default();
        format!("we could not read {place}: {}", unknown.reason)
    })
}

/// Whether a place is the file, or lies inside the archive or folder.
fn is_inside(location: &Location, outer: &str) -> bool {
    location
        .path
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with("!/"))
}

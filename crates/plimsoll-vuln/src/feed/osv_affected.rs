//! The `affected` part of an OSV record: one statement a package.

use std::collections::{BTreeMap, BTreeSet};

use super::ecosystems::{Place, package_name, place};
use super::osv_ranges::ranges;
use super::osv_schema::{OsvAffected, OsvRange, Specific};
use super::{dates, is_name, skipped};
use crate::schemes::scheme_of;
use crate::{Affected, Item, Range, Record, Scope, Status, Support, SupportState, VersionScheme};

/// Collects the statements of one record.
pub(super) struct Statements<'a> {
    path: &'a str,
    id: String,
    withdrawn: bool,
    published: Option<plimsoll_model::Timestamp>,
    items: Vec<Item>,
    affected: Vec<Affected>,
    /// Which of `affected` speaks of a package, apart for fixes that need a subscription.
    index: BTreeMap<(Scope, String, bool), usize>,
    /// Those of `affected` that several entries are about.
    repeated: BTreeSet<usize>,
    entries: usize,
    informational: usize,
}

/// What the statements come to.
pub(super) struct Outcome {
    pub affected: Vec<Affected>,
    /// Parts that could not be read, and what the record says about support.
    pub items: Vec<Item>,
    /// All statements are about releases of distributions.
    pub is_distribution: bool,
    /// The record is about nothing but a lack of maintenance.
    pub only_informational: bool,
}

impl<'a> Statements<'a> {
    pub(super) fn new(path: &'a str, record: &Record) -> Self {
        Self {
            path,
            id: record.id.clone(),
            withdrawn: record.withdrawn.is_some(),
            published: record.published,
            items: Vec::new(),
            affected: Vec::new(),
            index: BTreeMap::new(),
            repeated: BTreeSet::new(),
            entries: 0,
            informational: 0,
        }
    }

    /// Adds one entry of `affected`.
    pub(super) fn add(&mut self, entry: &OsvAffected) {
        self.entries += 1;
        let Some(package) = &entry.package else {
            self.skip("only ranges of commits, no package");
            return;
        };
        let place = match place(&package.ecosystem, package.purl.as_deref()) {
            Ok(place) => place,
            Err(reason) => return self.skip(&reason),
        };
        let name = package_name(place.scope.purl_type(), &package.name);
        if !is_name(&name) {
            return self.skip("a package without a proper name");
        }
        if let Some(kind) = informational(entry)
            && self.is_no_vulnerability(&kind, &place, &name)
        {
            return;
        }
        let scheme = scheme_of(place.scope.purl_type());
        let found = match Self::versions_of(entry, scheme) {
            Ok(found) => found,
            // A record that was withdrawn often loses its versions.
            Err(_) if self.withdrawn => return,
            Err(reason) => return self.skip(&reason),
        };
        let severity = vendor_word(entry);
        self.merge(place, name, found, severity);
    }

    /// A crate that nobody maintains is no vulnerability: it is told as a lack of support. What is
    /// unsound, and notices, are told under that word.
    fn is_no_vulnerability(&mut self, kind: &str, place: &Place, name: &str) -> bool {
        if kind == "unmaintained" && !self.withdrawn {
            self.items.push(Item::Support(Support {
                scope: place.scope.clone(),
                package: Some(name.to_owned()),
                state: SupportState::Ended,
                until: self.published.map(dates::day_of),
                version: None,
            }));
        }
        let is_none = kind == "unmaintained";
        self.informational += usize::from(is_none);
        is_none
    }

    /// Ranges and single versions; the builder drops versions that a range holds.
    fn versions_of(
        entry: &OsvAffected,
        scheme: Option<&dyn VersionScheme>,
    ) -> Result<(Vec<Range>, Vec<String>), String> {
        let mut found = read_ranges(entry.ranges.as_deref().unwrap_or_default(), scheme)?;
        bound_open_range(&mut found, entry.database_specific.as_ref());
        bound_by_custom(&mut found, entry.ecosystem_specific.as_ref(), scheme);
        let mut versions = entry.versions.clone().unwrap_or_default();
        versions.retain(|version| is_name(version));
        if !found.is_empty() || !versions.is_empty() {
            return Ok((found, versions));
        }
        let commits_only = entry
            .ranges
            .as_ref()
            .is_some_and(|ranges| ranges.iter().any(|range| range.kind == "GIT"));
        Err(if commits_only {
            "only ranges of commits, no versions".to_owned()
        } else {
            "neither ranges nor versions".to_owned()
        })
    }

    fn merge(
        &mut self,
        place: Place,
        name: String,
        (ranges, versions): (Vec<Range>, Vec<String>),
        vendor_severity: Option<String>,
    ) {
        let key = (place.scope.clone(), name.clone(), place.extended);
        let place_of = self.index.get(&key);
        if let Some((at, known)) = place_of.and_then(|at| Some((at, self.affected.get_mut(*at)?))) {
            known.ranges.extend(ranges);
            known.versions.extend(versions);
            self.repeated.insert(*at);
            return;
        }
        self.index.insert(key, self.affected.len());
        let mut affected = Affected::new(place.scope, name, Status::Affected);
        affected.binary = place.binary;
        affected.ranges = ranges;
        affected.versions = versions;
        affected.vendor_severity = vendor_severity;
        self.affected.push(affected);
    }

    fn skip(&mut self, reason: &str) {
        self.items
            .push(skipped(format!("{}#{}", self.path, self.id), reason));
    }

    pub(super) fn finish(mut self) -> Outcome {
        for at in std::mem::take(&mut self.repeated) {
            if let Some(affected) = self.affected.get_mut(at) {
                keep_first(&mut affected.ranges);
                keep_first(&mut affected.versions);
            }
        }
        self.settle_extended();
        Outcome {
            is_distribution: !self.affected.is_empty()
                && self
                    .affected
                    .iter()
                    .all(|affected| matches!(affected.scope.purl_type(), "deb" | "rpm" | "apk")),
            only_informational: self.informational > 0 && self.informational == self.entries,
            affected: self.affected,
            items: self.items,
        }
    }

    /// Where a release has both, what needs a subscription counts only if the archive has no fix.
    fn settle_extended(&mut self) {
        let mut dropped = BTreeSet::new();
        for ((scope, name, extended), at) in &self.index {
            if !extended {
                continue;
            }
            let plain = self.index.get(&(scope.clone(), name.clone(), false));
            let Some(plain) = plain else { continue };
            let is_fixed = self
                .affected
                .get(*plain)
                .is_some_and(|affected| affected.ranges.iter().all(|range| range.fixed.is_some()));
            dropped.insert(if is_fixed { *at } else { *plain });
        }
        let mut at = 0;
        self.affected.retain(|_| {
            at += 1;
            !dropped.contains(&(at - 1))
        });
    }
}

/// Drops repetitions and keeps the order: a record may hold a million of anything.
fn keep_first<T: Ord>(list: &mut Vec<T>) {
    let mut known = BTreeSet::new();
    let is_first: Vec<bool> = list.iter().map(|one| known.insert(one)).collect();
    let mut is_first = is_first.into_iter();
    list.retain(|_| is_first.next().unwrap_or(false));
}

fn informational(entry: &OsvAffected) -> Option<String> {
    let specific = entry.database_specific.as_ref()?;
    specific.informational.as_str().map(str::to_owned)
}

/// The vendor's word for this package, or that the code is merely unsound.
fn vendor_word(entry: &OsvAffected) -> Option<String> {
    let word = |specific: &Option<Specific>| {
        let specific = specific.as_ref()?;
        specific.severity_word().map(str::to_owned)
    };
    word(&entry.ecosystem_specific)
        .or_else(|| word(&entry.database_specific))
        .or_else(|| informational(entry))
}

fn read_ranges(
    given: &[OsvRange],
    scheme: Option<&dyn VersionScheme>,
) -> Result<Vec<Range>, String> {
    let mut found = Vec::new();
    for range in given.iter().filter(|range| range.kind != "GIT") {
        found.extend(ranges(range.events.as_deref().unwrap_or_default(), scheme)?);
    }
    keep_first(&mut found);
    Ok(found)
}

/// GitHub's `<= 1.2.3` bounds the only range that has no end.
fn bound_open_range(ranges: &mut [Range], specific: Option<&Specific>) {
    let Some(bound) =
        specific.and_then(|specific| specific.last_known_affected_version_range.as_str())
    else {
        return;
    };
    let mut open = ranges
        .iter_mut()
        .filter(|range| range.fixed.is_none() && range.last_affected.is_none());
    let (Some(range), None) = (open.next(), open.next()) else {
        return;
    };
    let bound = bound.trim();
    if let Some(version) = bound.strip_prefix("<=").map(str::trim)
        && is_name(version)
    {
        range.last_affected = Some(version.to_owned());
    } else if let Some(version) = bound.strip_prefix('<').map(str::trim)
        && is_name(version)
    {
        range.fixed = Some(version.to_owned());
    }
}

/// Go calls every version of a module affected when its proxy does not know the versions that were
/// fixed, and keeps those in `custom_ranges`. Their highest end bounds the range; their beginnings
/// do not, as pseudo-versions lie below them.
fn bound_by_custom(
    ranges: &mut [Range],
    specific: Option<&Specific>,
    scheme: Option<&dyn VersionScheme>,
) {
    let (Some(custom), Some(scheme)) = (
        specific.and_then(|specific| specific.custom_ranges.as_deref()),
        scheme,
    ) else {
        return;
    };
    let [range] = ranges else { return };
    if *range != Range::default() {
        return;
    }
    let Ok(custom) = read_ranges(custom, Some(scheme)) else {
        return;
    };
    let end = |range: &Range| range.fixed.clone().or_else(|| range.last_affected.clone());
    let Some(ends) = custom
        .iter()
        .map(|custom| end(custom).map(|end| (end, custom)))
        .collect::<Option<Vec<_>>>()
    else {
        return;
    };
    if ends
        .iter()
        .any(|(end, _)| scheme.compare(end, end).is_err())
    {
        return;
    }
    let last = ends
        .iter()
        .max_by(|(a, _), (b, _)| scheme.compare(a, b).unwrap_or(std::cmp::Ordering::Equal));
    if let Some((_, custom)) = last {
        range.fixed.clone_from(&custom.fixed);
        range.last_affected.clone_from(&custom.last_affected);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Item, fuzz_sources};

    /// Anybody can put a record into some feeds: what it repeats is kept once, and costs no more
    /// than it is long.
    #[test]
    fn a_record_with_very_many_ranges_and_versions() {
        const COUNT: usize = 3_000;
        let version = |number| format!("1.0.{number}");
        let range = |number| json!({"type": "SEMVER", "events": [{"introduced": version(number)}]});
        let entry = json!({
            "package": {"ecosystem": "npm", "name": "a"},
            "versions": (0..COUNT).map(version).collect::<Vec<_>>(),
            "ranges": (0..COUNT).map(range).collect::<Vec<_>>(),
        });
        let record = json!({"id": "OSV-1", "modified": "2024-01-01T00:00:00Z",
            "affected": [entry, entry]});
        let items = fuzz_sources::read("osv", "feed.json", record.to_string().as_bytes());
        let Some(Item::Advisory(record)) = items.first() else {
            panic!("no record")
        };
        let [affected] = &record.affected[..] else {
            panic!("{} packages", record.affected.len())
        };
        assert_eq!(affected.versions.len(), COUNT);
        assert_eq!(affected.ranges.len(), COUNT);
        assert_eq!(affected.ranges[0].introduced.as_deref(), Some("1.0.0"));
    }
}

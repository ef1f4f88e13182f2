//! From what is said about a package to findings that a person can act on.

use std::collections::BTreeMap;

use plimsoll_model::text::clean;
use plimsoll_model::{Finding, FindingKind, Fix, FixState, How, Inventory, Package, Timestamp};

use super::coverage::SupportFacts;
use super::place::{Place, Places};
use super::weigh::{Affecting, Says};
use super::{PackageMatch, fingerprint, severity};
use crate::database::vulnerabilities::{Entry, RecordEntry, time_of};
use crate::feed::ids::is_cve;
use crate::schemes::scheme_of;
use crate::{Database, DatabaseError, Status};

/// Name under which Go's standard library is found and spoken of.
const GO_STDLIB: &str = "stdlib";

/// The findings of one package.
pub fn findings(
    database: &Database,
    inventory: &Inventory,
    places: &Places,
    support: &SupportFacts,
    entries: &BTreeMap<u32, Entry>,
    found: &PackageMatch,
) -> Result<Vec<Finding>, DatabaseError> {
    let mut out = Vec::with_capacity(found.affecting.len());
    let Some(package) = inventory.package(found.index) else {
        return Ok(out);
    };
    let Some(place) = places.of(package) else {
        return Ok(out);
    };
    for affecting in &found.affecting {
        let about = About::new(database, entries, package, &place, affecting)?;
        if about.is_void() {
            continue;
        }
        let mut finding = about.finding(support)?;
        finding.package = Some(found.index);
        out.push(finding);
    }
    Ok(out)
}

/// One vulnerability of one package, with everything known about both.
struct About<'a> {
    database: &'a Database,
    entry: &'a Entry,
    package: &'a Package,
    place: &'a Place,
    affecting: &'a Affecting,
    /// Who says so, with the record; the one that decides first.
    said: Vec<(&'a Says, &'a RecordEntry)>,
}

impl<'a> About<'a> {
    fn new(
        database: &'a Database,
        entries: &'a BTreeMap<u32, Entry>,
        package: &'a Package,
        place: &'a Place,
        affecting: &'a Affecting,
    ) -> Result<Self, DatabaseError> {
        let number = affecting.vulnerability;
        let damaged = |reason| DatabaseError::damaged(format!("vulnerability {number}"), reason);
        let entry = entries
            .get(&number)
            .ok_or_else(|| damaged("it is not in its block"))?;
        let mut said = Vec::with_capacity(affecting.says.len());
        for says in &affecting.says {
            let record = entry
                .records
                .get(says.record as usize)
                .ok_or_else(|| damaged("a statement names a record that it does not have"))?;
            said.push((says, record));
        }
        Ok(Self {
            database,
            entry,
            package,
            place,
            affecting,
            said,
        })
    }

    /// A rejected CVE id is no vulnerability, whoever still repeats it; an advisory with an id and
    /// a review of its own stands.
    fn is_void(&self) -> bool {
        let rejected = self.entry.enrichment.as_ref().is_some_and(|k| k.rejected);
        rejected
            && !self.said.iter().any(|(_, record)| {
                record.upstream.is_empty() && record.id.as_ref().is_some_and(|id| !is_cve(id))
            })
    }

    fn finding(&self, support: &SupportFacts) -> Result<Finding, DatabaseError> {
        let entry = self.entry;
        let rating = severity::rate(entry, &self.affecting.says);
        let fix = self.fix(support);
        let mut finding = Finding::new(
            FindingKind::Vulnerability,
            clean(&entry.id),
            fingerprint::of(&entry.id, self.package),
            rating.severity,
            self.title(&fix),
        );
        finding.aliases = entry
            .aliases
            .iter()
            .map(|a| clean(a).into_owned())
            .collect();
        finding.aliases.sort_unstable();
        finding.vendor_severity = rating.vendor_severity;
        finding.cvss = rating.cvss;
        finding.locations.clone_from(&self.package.locations);
        finding.mend = self.mend(&fix, support);
        finding.fix = Some(fix);
        let mut hows = Vec::with_capacity(self.said.len());
        for (says, record) in &self.said {
            hows.push(self.how(says, record)?);
        }
        let mut hows = hows.into_iter();
        finding.how = hows.next();
        finding.also = hows.collect();
        if let Some(known) = &entry.enrichment {
            finding.known_exploited = known.known_exploited.is_some();
            finding.epss = known.epss;
        }
        finding.published = self.published();
        finding.weaknesses = self.weaknesses();
        Ok(finding)
    }

    fn how(&self, says: &Says, record: &RecordEntry) -> Result<How, DatabaseError> {
        let more = match says.status {
            Status::Affected | Status::NotAffected => "",
            Status::WontFix => ", will not be fixed",
            Status::UnderInvestigation => ", under investigation",
            Status::EndOfLife => ", out of support",
        };
        let scheme = scheme_of(self.package.ecosystem.as_str());
        let scope = self.place.scope.as_str();
        Ok(How {
            source: self.database.source_name(says.source)?.to_owned(),
            record: record.id.as_deref().map(|id| clean(id).into_owned()),
            range: clean(&format!("{}{more}", says.held)).into_owned(),
            scheme: scheme.map_or("", |scheme| scheme.id()).to_owned(),
            compared: Some(clean(&says.compared).into_owned()),
            scope: Some(
                scope
                    .split_once(':')
                    .map_or(scope, |(_, rest)| rest)
                    .to_owned(),
            ),
        })
    }

    fn fix(&self, support: &SupportFacts) -> Fix {
        let versions: Vec<String> = self
            .affecting
            .fixes
            .iter()
            .map(|version| clean(version).into_owned())
            .collect();
        let first = self.affecting.says.first();
        let state = match first {
            _ if !versions.is_empty() => FixState::Fixed,
            Some(says) => match says.status {
                Status::WontFix | Status::EndOfLife => FixState::WontFix,
                Status::Affected if says.is_open && support.is_ended(self.place, self.package) => {
                    FixState::WontFix
                }
                Status::Affected if says.is_open => FixState::NotFixed,
                // Some version is not affected any more, but nobody says which mended it.
                _ => FixState::Unknown,
            },
            None => FixState::Unknown,
        };
        let available = self
            .affecting
            .says
            .iter()
            .filter(|_| state == FixState::Fixed)
            .find_map(|says| says.fix_available);
        Fix {
            state,
            versions,
            available,
        }
    }

    /// The name that is upgraded, as the package manager knows it.
    fn name(&self) -> String {
        clean(&self.package.qualified_name()).into_owned()
    }

    fn title(&self, fix: &Fix) -> String {
        let summaries = self
            .said
            .iter()
            .filter_map(|(_, record)| record.summary.as_ref());
        let known = self
            .entry
            .enrichment
            .iter()
            .filter_map(|k| k.summary.as_ref());
        let others = self.entry.records.iter().filter_map(|r| r.summary.as_ref());
        if let Some(summary) = summaries.chain(known).chain(others).next() {
            return clean(summary).into_owned();
        }
        let name = self.name();
        match (fix.versions.first(), fix.state) {
            (Some(version), _) => format!("{name} before {version}"),
            (None, FixState::WontFix) => format!("{name}, will not be fixed"),
            (None, FixState::NotFixed) => format!("{name}, no fix yet"),
            (None, _) => match self.affecting.says.first() {
                Some(says) if says.held != "*" => {
                    format!("{name} {}", clean(&says.held))
                }
                _ => name,
            },
        }
    }

    fn mend(&self, fix: &Fix, support: &SupportFacts) -> Option<String> {
        let name = self.name();
        let Some(version) = fix.versions.first() else {
            let ended = support.is_ended(self.place, self.package);
            return ended.then(|| {
                format!(
                    "{name} gets no more fixes in {}: move to a release that does",
                    self.place.name
                )
            });
        };
        if self.package.ecosystem.as_str() == "golang" && name == GO_STDLIB {
            return Some(format!("build it again with Go {version} or newer"));
        }
        Some(match &self.package.source {
            // The versions told are the source package's, the upgrade is of the binary one.
            Some(source) if source.version != self.package.version => {
                format!("upgrade {name} (source {} {version})", clean(&source.name))
            }
            _ => format!("upgrade {name} to {version}"),
        })
    }

    /// When it became known: the earliest day that the CVE record or those who say so have.
    fn published(&self) -> Option<Timestamp> {
        let records = self.said.iter().filter_map(|(_, record)| record.published);
        let known = self.entry.enrichment.iter().filter_map(|k| k.published);
        records.chain(known).min().and_then(|at| time_of(at).ok())
    }

    fn weaknesses(&self) -> Vec<String> {
        let records = self.said.iter().flat_map(|(_, record)| &record.weaknesses);
        let known = self.entry.enrichment.iter().flat_map(|k| &k.weaknesses);
        let mut weaknesses: Vec<String> = records
            .chain(known)
            .map(|id| clean(id).into_owned())
            .collect();
        weaknesses.sort_unstable();
        weaknesses.dedup();
        weaknesses
    }
}

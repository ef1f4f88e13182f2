//! What the database cannot tell about an inventory, so that silence never reads as safety.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll_model::{Date, Inventory, Package, Timestamp, Unknown};

use super::place::{Knowledge, Place, Places};
use crate::schemes::scheme_of;
use crate::{Database, DatabaseError, Scope, Support, SupportState};

/// Which releases and packages are out of support.
pub struct SupportFacts {
    scopes: BTreeMap<Scope, ScopeSupport>,
}

#[derive(Default)]
struct ScopeSupport {
    release: Option<Support>,
    packages: BTreeMap<String, Support>,
    /// Of names with `*` at the end, which is cut.
    prefixes: Vec<(String, Support)>,
}

impl SupportFacts {
    /// The facts that hold at a point in time: what has ended by then, and what is limited.
    pub fn new(database: &Database, now: Timestamp) -> Result<Self, DatabaseError> {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let holds = |fact: &Support| {
            let is_over = |until: Date| until < today;
            match fact.state {
                SupportState::Ended => fact.until.is_none_or(is_over),
                // A release that is supported until a day is not any more after it.
                SupportState::Supported => fact.until.is_some_and(is_over),
                // For some uses only, from the first day on.
                SupportState::Limited => fact.package.is_some(),
            }
        };
        let mut scopes: BTreeMap<Scope, ScopeSupport> = BTreeMap::new();
        for fact in database.support()?.into_iter().filter(holds) {
            let facts = scopes.entry(fact.scope.clone()).or_default();
            match fact.package.clone() {
                None => facts.release = Some(fact),
                Some(name) => match name.strip_suffix('*') {
                    Some(prefix) => facts.prefixes.push((prefix.to_owned(), fact)),
                    // What has ended says more than what is limited.
                    None => match facts.packages.get(&name) {
                        Some(known) if known.state >= fact.state => {}
                        _ => drop(facts.packages.insert(name, fact)),
                    },
                },
            }
        }
        Ok(Self { scopes })
    }

    fn release(&self, place: &Place) -> Option<&Support> {
        self.scopes.get(&place.scope)?.release.as_ref()
    }

    /// The fact about one package, if its support ended or is limited on its own.
    fn package(&self, place: &Place, package: &Package) -> Option<&Support> {
        let facts = self.scopes.get(&place.scope)?;
        let source = package.source.as_ref();
        let (name, version) = match source.filter(|_| place.is_distribution) {
            Some(source) => (source.name.clone(), source.version.as_str()),
            None => (package.qualified_name(), package.version.as_str()),
        };
        let by_prefix = || {
            let mut prefixes = facts.prefixes.iter();
            prefixes.find(|(prefix, _)| name.starts_with(prefix.as_str()))
        };
        let fact = facts
            .packages
            .get(&name)
            .or_else(|| by_prefix().map(|(_, fact)| fact))?;
        let Some(from) = &fact.version else {
            return Some(fact);
        };
        let scheme = scheme_of(package.ecosystem.as_str())?;
        scheme
            .compare(version, from)
            .is_ok_and(std::cmp::Ordering::is_ge)
            .then_some(fact)
    }

    /// Whether release or package get no more fixes.
    pub fn is_ended(&self, place: &Place, package: &Package) -> bool {
        let own = || self.package(place, package);
        self.release(place).is_some() || own().is_some_and(|fact| fact.state == SupportState::Ended)
    }
}

/// What is told about an inventory as a whole.
pub fn unknowns(inventory: &Inventory, places: &Places, support: &SupportFacts) -> Vec<Unknown> {
    let mut out = Vec::new();
    let mut counts: BTreeMap<String, (Option<Cow<'_, Place>>, u64)> = BTreeMap::new();
    let mut unsupported: BTreeMap<String, u64> = BTreeMap::new();
    for package in &inventory.packages {
        let place = places.of(package);
        if let Some(place) = &place
            && let Some(fact) = support.package(place, package)
        {
            let reason = unsupported_package(place, fact);
            *unsupported.entry(reason).or_default() += 1;
        }
        if is_nameless(package) {
            out.push(Unknown::at(
                package.locations.first().map_or("", |place| &place.path),
                format!(
                    "{}: its group id is not known, so no advisories can be looked up",
                    package.purl
                ),
            ));
        }
        let key = match &place {
            Some(place) => place.name.clone(),
            None => package.ecosystem.to_string(),
        };
        counts.entry(key).or_insert((place, 0)).1 += 1;
    }
    for (name, (place, count)) in counts {
        let packages = packages(count);
        let Some(place) = place else {
            out.push(Unknown::whole(format!(
                "no advisories for {packages} of {name}: the distribution is not known"
            )));
            continue;
        };
        // Of programs without an ecosystem each is told apart by whether somebody speaks of it.
        let is_program = place.scope == Scope::ecosystem("generic");
        if let Some(reason) = coverage(&place).filter(|_| !is_program) {
            out.push(Unknown::whole(format!("{reason} ({packages})")));
        }
        if let Some(fact) = support.release(&place) {
            out.push(Unknown::whole(format!(
                "{name} is out of support{}: later vulnerabilities may be missing ({packages})",
                since(fact)
            )));
        }
    }
    for (reason, count) in unsupported {
        out.push(Unknown::whole(format!("{reason} ({})", packages(count))));
    }
    out
}

/// Why the advisories for a place do not tell everything.
fn coverage(place: &Place) -> Option<String> {
    let name = &place.name;
    match (place.knowledge, &place.parent) {
        (Knowledge::None, _) => Some(format!("no advisories for {name}")),
        (Knowledge::Partial, _) => Some(format!(
            "only some advisories for {name}: no source speaks for all of it"
        )),
        (Knowledge::Whole, Some(parent)) => Some(format!(
            "no advisories for {name} itself: those of {parent} are used"
        )),
        (Knowledge::Whole, None) => None,
    }
}

fn unsupported_package(place: &Place, fact: &Support) -> String {
    let package = fact.package.as_deref().unwrap_or_default();
    let name = &place.name;
    if fact.state == SupportState::Limited {
        return format!(
            "{package} in {name} has limited security support: not every vulnerability is mended"
        );
    }
    format!(
        "{package} in {name} is out of support{}: later vulnerabilities may be missing",
        since(fact)
    )
}

fn since(fact: &Support) -> String {
    fact.until
        .map_or_else(String::new, |until| format!(" since {until}"))
}

fn packages(count: u64) -> String {
    match count {
        1 => "1 package".to_owned(),
        _ => format!("{count} packages"),
    }
}

/// A jar that does not say whose it is cannot be looked up by name.
fn is_nameless(package: &Package) -> bool {
    package.ecosystem.as_str() == "maven"
        && package.namespace.as_deref().unwrap_or_default().is_empty()
}

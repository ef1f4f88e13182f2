//! Which scope of the database a package belongs to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll_model::{Distribution, Ecosystem, Inventory, Package};

use crate::feed::releases;
use crate::{Database, Scope};

/// Ecosystems whose packages belong to a distribution's release.
const DISTRIBUTIONS: [&str; 5] = ["deb", "rpm", "apk", "alpm", "portage"];

/// Ids of os-release, or purl namespaces, that advisories spell otherwise.
const IDS: [(&str, &str); 5] = [
    ("redhat", "rhel"),
    ("redhatenterpriseserver", "rhel"),
    ("suse", "sles"),
    ("sles_sap", "sles"),
    ("sle_hpc", "sles"),
];

/// Distributions rebuilt from another's source packages with the same versions, whose advisories
/// hold for them where they have none of their own.
const REBUILDS: [(&str, &str); 3] = [("rocky", "rhel"), ("centos", "rhel"), ("eurolinux", "rhel")];

/// Distributions from which others take most packages unchanged, keeping the codename.
const PARENTS: [&str; 2] = ["ubuntu", "debian"];

/// Marks in versions of packages that a derivative built itself: its parent's fixes carry other
/// versions, and comparing with them means nothing.
const REBUILT_MARKS: [&str; 4] = ["+rpi", "+rpt", "~raspbian", "+rvt"];

/// How well a scope is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knowledge {
    /// No source says a word about it.
    None,
    /// Something is said, but no source speaks for it as a whole.
    Partial,
    /// A source speaks for it.
    Whole,
}

/// The scope of some packages, and how it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What is looked up.
    pub scope: Scope,
    pub knowledge: Knowledge,
    /// For people: `debian 12`, `npm`.
    pub name: String,
    /// The distribution whose advisories are used, where it is not the package's own.
    pub parent: Option<String>,
    pub is_distribution: bool,
}

/// Chooses scopes; the same for all packages of one ecosystem and distribution.
pub struct Places {
    os: Option<Distribution>,
    known: BTreeMap<Scope, Knowledge>,
    /// Those that need no look at the package, by ecosystem.
    chosen: BTreeMap<Ecosystem, Place>,
}

impl Places {
    pub fn new(database: &Database, inventory: &Inventory) -> Self {
        let mut known = BTreeMap::new();
        for source in &database.meta().sources {
            for scope in &source.mentions {
                known.entry(scope.clone()).or_insert(Knowledge::Partial);
            }
            for scope in &source.covers {
                known.insert(scope.clone(), Knowledge::Whole);
            }
        }
        Self::of_known(known, inventory)
    }

    fn of_known(known: BTreeMap<Scope, Knowledge>, inventory: &Inventory) -> Self {
        let mut places = Self {
            os: inventory.target.os.clone(),
            known,
            chosen: BTreeMap::new(),
        };
        for package in &inventory.packages {
            if !places.chosen.contains_key(&package.ecosystem)
                && let Some(place) = places.by_ecosystem(package.ecosystem.as_str())
            {
                places.chosen.insert(package.ecosystem.clone(), place);
            }
        }
        places
    }

    fn knowledge(&self, scope: &Scope) -> Knowledge {
        self.known.get(scope).copied().unwrap_or(Knowledge::None)
    }

    /// The place of a package; `None` for an operating system package of nobody knows what.
    pub fn of(&self, package: &Package) -> Option<Cow<'_, Place>> {
        if let Some(place) = self.chosen.get(&package.ecosystem) {
            return Some(Cow::Borrowed(place));
        }
        let purl_type = package.ecosystem.as_str();
        let place = self.by_ecosystem(purl_type).or_else(|| {
            let os = named_by_purl(package)?;
            Some(self.of_distribution(purl_type, &os))
        })?;
        Some(Cow::Owned(place))
    }

    /// The place of all packages of an ecosystem, where it is the same for all.
    fn by_ecosystem(&self, purl_type: &str) -> Option<Place> {
        if DISTRIBUTIONS.contains(&purl_type) {
            let os = self.os.as_ref()?;
            return Some(self.of_distribution(purl_type, os));
        }
        let scope = Scope::ecosystem(purl_type);
        Some(Place {
            knowledge: self.knowledge(&scope),
            name: purl_type.to_owned(),
            scope,
            parent: None,
            is_distribution: false,
        })
    }

    fn of_distribution(&self, purl_type: &str, os: &Distribution) -> Place {
        let place = |scope: &Scope, parent: Option<&str>| Place {
            knowledge: self.knowledge(scope),
            scope: scope.clone(),
            name: os.display(),
            parent: parent.map(str::to_owned),
            is_distribution: true,
        };
        let is_known = |scope: &&Scope| self.knowledge(scope) != Knowledge::None;
        let own = candidates(purl_type, os);
        if let Some(scope) = own.iter().find(is_known) {
            return place(scope, None);
        }
        for (parent, scopes) in parents(purl_type, os) {
            if let Some(scope) = scopes.iter().find(is_known) {
                return place(scope, Some(parent));
            }
        }
        let nowhere = Scope::release(purl_type, &os.id, "?");
        place(own.first().unwrap_or(&nowhere), None)
    }
}

/// Whether a derivative built this version itself, so that its parent's advisories say nothing.
pub fn is_rebuilt(version: &str) -> bool {
    REBUILT_MARKS.iter().any(|mark| version.contains(mark))
}

/// The scopes under which advisories may know a release, the likeliest first.
fn candidates(purl_type: &str, os: &Distribution) -> Vec<Scope> {
    let id = IDS
        .iter()
        .find(|(other, _)| *other == os.id)
        .map_or(os.id.as_str(), |(_, id)| id);
    let version = os.version_id.as_deref().unwrap_or_default();
    let parts = |count: usize| {
        let parts: Vec<&str> = version.split('.').take(count).collect();
        parts.join(".")
    };
    let releases: Vec<String> = match id {
        "debian" => vec![debian_release(os)],
        "alpine" if version.contains('_') || version == "edge" => vec!["edge".to_owned()],
        "alpine" | "ubuntu" => vec![parts(2)],
        _ => vec![version.to_owned(), parts(2), parts(1)],
    };
    let mut scopes: Vec<Scope> = Vec::new();
    for release in releases.iter().filter(|release| !release.is_empty()) {
        let scope = Scope::release(purl_type, id, release);
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    // Rolling distributions have one scope for all times.
    scopes.push(Scope::from(format!("{purl_type}:{id}")));
    scopes
}

/// Testing and unstable have no `VERSION_ID`; testing has the codename of the release to come.
fn debian_release(os: &Distribution) -> String {
    let version = os.version_id.as_deref().unwrap_or_default();
    let major = version.split('.').next().unwrap_or_default();
    match major.parse::<u32>() {
        // Before etch the second number counted too.
        Ok(0..=3) => version.to_owned(),
        Ok(_) => major.to_owned(),
        Err(_) => os
            .codename
            .as_deref()
            .or(os.version_id.as_deref())
            .and_then(releases::debian)
            .unwrap_or("sid")
            .to_owned(),
    }
}

/// Distributions whose advisories hold for this one too, with the scopes to try.
fn parents(purl_type: &str, os: &Distribution) -> Vec<(&'static str, Vec<Scope>)> {
    let mut out = Vec::new();
    // CentOS Stream is ahead of what it is said to be rebuilt from.
    let is_stream = os
        .pretty_name
        .as_deref()
        .is_some_and(|name| name.contains("Stream"));
    if let Some((_, parent)) = REBUILDS.iter().find(|(id, _)| *id == os.id)
        && !is_stream
    {
        let as_parent = Distribution {
            id: (*parent).to_owned(),
            version_id: os.version_id.clone(),
            ..Distribution::default()
        };
        out.push((*parent, candidates(purl_type, &as_parent)));
    }
    let codename = os.codename.as_deref().unwrap_or_default();
    for parent in PARENTS {
        let release = match parent {
            "ubuntu" => releases::ubuntu(codename),
            _ => releases::debian(codename),
        };
        if let Some(release) = release
            && os.id != parent
            && os.id_like.iter().any(|like| like == parent)
        {
            out.push((parent, vec![Scope::release(purl_type, parent, release)]));
        }
    }
    out
}

/// The distribution that a package URL names: `pkg:deb/debian/bash@5?distro=debian-12`. For SBOMs
/// that say nothing else.
fn named_by_purl(package: &Package) -> Option<Distribution> {
    let parts = package.purl.parts()?;
    let distro = parts
        .qualifiers
        .iter()
        .find(|(key, _)| key == "distro")
        .map(|(_, value)| value.as_str())?;
    let namespace = parts.namespace.as_deref().unwrap_or_default();
    let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let (id, version) = match distro.rsplit_once('-') {
        Some((id, version)) if is_number(version) => (id, version),
        _ => (namespace, distro),
    };
    if id.is_empty() {
        return None;
    }
    // A codename alone (`distro=bookworm`) stands for its release.
    let release = match id {
        "debian" => releases::debian(version),
        "ubuntu" => releases::ubuntu(version),
        _ => None,
    };
    Some(Distribution {
        id: id.to_owned(),
        version_id: Some(release.unwrap_or(version).to_owned()),
        ..Distribution::default()
    })
}

#[cfg(test)]
mod tests;

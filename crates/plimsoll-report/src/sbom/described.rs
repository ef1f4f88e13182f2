//! From what a document says about one package to a package of the inventory, or an `Unknown`.

use plimsoll_model::{
    Digest, Distribution, Ecosystem, Inventory, Location, OwnedPackage, Package, PackageIndex,
    Part, Platform, Purl, PurlParts, SourcePackage, State, Target, TargetKind, Unknown,
};

use super::properties::Read;
use super::{PACKAGES_MAX, TEXT_BYTES_MAX, UNKNOWNS_MAX, distro};

/// What a document says about one package.
#[derive(Debug, Default)]
pub struct Described {
    pub name: String,
    pub version: String,
    pub purl: Option<String>,
    pub licenses: Vec<String>,
    pub locations: Vec<Location>,
    pub source: Option<SourcePackage>,
    pub cataloger: Option<String>,
    /// Whether the document calls it an application.
    pub application: bool,
    pub module: Option<String>,
    pub properties: Read,
}

/// A package with the document's own id for it, while owners are not known yet.
struct Entry {
    id: String,
    owner: Option<String>,
    package: Package,
}

/// Puts an inventory together.
pub struct Builder {
    /// Named as the cataloger of packages for which the document names none.
    form: &'static str,
    pub target: Target,
    pub layers: Vec<plimsoll_model::Layer>,
    entries: Vec<Entry>,
    unknowns: Vec<Unknown>,
    dropped_packages: usize,
    dropped_unknowns: usize,
}

impl Builder {
    pub fn new(form: &'static str) -> Self {
        Self {
            form,
            target: Target {
                kind: TargetKind::Sbom,
                name: String::new(),
                digest: None,
                platform: None,
                os: None,
            },
            layers: Vec::new(),
            entries: Vec::new(),
            unknowns: Vec::new(),
            dropped_packages: 0,
            dropped_unknowns: 0,
        }
    }

    pub fn unknown(&mut self, unknown: Unknown) {
        if self.unknowns.len() < UNKNOWNS_MAX {
            self.unknowns.push(unknown);
        } else {
            self.dropped_unknowns += 1;
        }
    }

    /// What our own document said about the target as a whole.
    pub fn apply(&mut self, read: &Read) {
        if let Some(name) = read.target_name() {
            self.target.name = name;
        }
        self.target.digest = read.target_digest().or(self.target.digest.take());
        self.target.platform = read.platform().or(self.target.platform.take());
        let layers = read.layers();
        if !layers.is_empty() {
            self.layers = layers;
        }
        for unknown in read.unknowns() {
            self.unknown(unknown);
        }
    }

    /// Takes one package. `id` is the document's own, `owner` that of the package it came with.
    pub fn package(&mut self, id: &str, described: Described, owner: Option<&str>) {
        if self.entries.len() >= PACKAGES_MAX {
            self.dropped_packages += 1;
            return;
        }
        match package(described, self.form) {
            Ok(package) => {
                if package.version.is_empty() {
                    self.unknown(Unknown::whole(format!(
                        "package {} has no version in the document",
                        package.purl
                    )));
                }
                self.entries.push(Entry {
                    id: id.to_owned(),
                    owner: owner.map(str::to_owned),
                    package,
                });
            }
            Err(reason) => self.unknown(Unknown::whole(reason)),
        }
    }

    /// The inventory, sorted as inventories are.
    pub fn finish(mut self) -> Inventory {
        if self.dropped_packages > 0 {
            let count = self.dropped_packages;
            self.unknown(Unknown::whole(format!(
                "package limit ({PACKAGES_MAX}) reached, {count} packages left out"
            )));
        }
        if self.dropped_unknowns > 0 {
            self.unknowns.push(Unknown::whole(format!(
                "{} further entries of the document could not be read",
                self.dropped_unknowns
            )));
        }
        self.entries.sort_by(|a, b| {
            (&a.package.purl, &a.package.locations).cmp(&(&b.package.purl, &b.package.locations))
        });
        let (plain, nested): (Vec<_>, Vec<_>) = self
            .entries
            .into_iter()
            .partition(|entry| entry.owner.is_none());
        let mut positions = std::collections::BTreeMap::new();
        for (index, entry) in plain.iter().enumerate() {
            positions
                .entry(entry.id.clone())
                .or_insert(PackageIndex(index));
        }
        let mut packages: Vec<Package> = plain.into_iter().map(|entry| entry.package).collect();
        let mut owned = Vec::new();
        for entry in nested {
            match entry.owner.as_ref().and_then(|id| positions.get(id)) {
                Some(owner) => owned.push(OwnedPackage {
                    package: entry.package,
                    owner: *owner,
                }),
                // Its owner is not there: it counts like any other.
                None => packages.push(entry.package),
            }
        }
        if self.target.os.is_none() {
            self.target.os = distro::most_named(&packages);
        }
        self.unknowns.sort();
        self.unknowns.dedup();
        Inventory {
            target: self.target,
            layers: self.layers,
            packages,
            owned,
            objects: 0,
            unknowns: self.unknowns,
        }
    }
}

/// Completes a distribution that a document names by id and version.
pub fn named_distribution(id: &str, version: Option<String>) -> Option<Distribution> {
    (!id.is_empty()).then(|| Distribution {
        id: id.to_ascii_lowercase(),
        version_id: version.filter(|version| !version.is_empty()),
        ..Distribution::default()
    })
}

/// A platform from separate words.
pub fn platform(os: Option<String>, architecture: Option<String>) -> Option<Platform> {
    Some(Platform {
        os: os?,
        architecture: architecture?,
        variant: None,
    })
}

/// A digest, where the text is one of ours.
pub fn digest(text: &str) -> Option<Digest> {
    text.parse().ok()
}

/// A path as inventories spell it.
pub fn path(text: &str) -> String {
    text.trim_start_matches("./")
        .trim_start_matches('/')
        .to_owned()
}

fn package(described: Described, form: &str) -> Result<Package, String> {
    let label = || {
        let version = &described.version;
        let name = if described.name.is_empty() {
            "without a name"
        } else {
            &described.name
        };
        plimsoll_model::text::clean(&shortened(&format!("{name} {version}")))
            .trim()
            .to_owned()
    };
    let Some(text) = &described.purl else {
        return Err(format!(
            "package {} has no package URL in the document",
            label()
        ));
    };
    let too_long = [text, &described.name, &described.version]
        .iter()
        .any(|text| text.len() > TEXT_BYTES_MAX);
    if too_long {
        return Err(format!(
            "text limit ({TEXT_BYTES_MAX} bytes) reached in package {}",
            label()
        ));
    }
    let wrong = |error: &dyn std::fmt::Display| format!("package {}: {error}", label());
    let purl: Purl = text.parse().map_err(|error| wrong(&error))?;
    let Some(parts) = purl.parts() else {
        return Err(wrong(&"package URL cannot be taken apart"));
    };
    let read = &described.properties;
    let (namespace, name) = names(&parts, &described.name);
    let version = version(&parts, &described.version);
    let part = read
        .part()
        .unwrap_or_else(|| part_of(&parts, described.application));
    let qualifier = |key: &str| {
        let found = parts.qualifiers.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.clone())
    };
    let source = read
        .source()
        .or(described.source)
        .or_else(|| upstream(&parts, &qualifier("upstream")?, &version));
    let licenses = read.licenses();
    let locations = read.locations();
    let is_os = part == Part::Os;
    Ok(Package {
        ecosystem: Ecosystem::new(&parts.purl_type),
        namespace: if read.is_ours() {
            read.namespace()
        } else {
            namespace
        },
        name,
        version,
        arch: read.arch().or_else(|| qualifier("arch").filter(|_| is_os)),
        part,
        state: read.state().unwrap_or(State::Installed),
        source,
        licenses: if licenses.is_empty() {
            described.licenses
        } else {
            licenses
        },
        cataloger: read
            .cataloger()
            .or(described.cataloger)
            .unwrap_or_else(|| form.to_owned())
            .into(),
        locations: if locations.is_empty() {
            described.locations
        } else {
            locations
        },
        module: read
            .module()
            .or(described.module)
            .or_else(|| qualifier("rpmmod")),
        purl,
    })
}

/// Namespace and name as catalogers give them. The document's own name is taken where it differs
/// from the purl's in case only, since purls of some types are folded to lower case.
fn names(parts: &PurlParts, given: &str) -> (Option<String>, String) {
    let whole = match (&parts.namespace, parts.purl_type.as_str()) {
        (Some(namespace), "golang") => format!("{namespace}/{}", parts.name),
        _ => parts.name.clone(),
    };
    let folded = |text: &str| text.to_lowercase().replace('_', "-");
    let name = if folded(given) == folded(&whole) {
        given.to_owned()
    } else {
        whole
    };
    let namespace = parts
        .namespace
        .clone()
        .filter(|_| parts.purl_type != "golang");
    (namespace, name)
}

/// The version with its epoch. rpm's purl keeps the epoch apart; other types have it inside.
fn version(parts: &PurlParts, given: &str) -> String {
    let version = parts
        .version
        .as_deref()
        .filter(|version| !version.is_empty());
    let version = version.unwrap_or(given);
    if parts.purl_type != "rpm" || version.contains(':') {
        return version.to_owned();
    }
    let epoch = parts.qualifiers.iter().find(|(key, _)| key == "epoch");
    match epoch {
        Some((_, epoch)) if !epoch.is_empty() && !version.is_empty() => {
            format!("{epoch}:{version}")
        }
        // Some documents have it in the version only.
        _ if given
            .split_once(':')
            .is_some_and(|(_, rest)| rest == version) =>
        {
            given.to_owned()
        }
        _ => version.to_owned(),
    }
}

/// The source package of an `upstream` qualifier: `glibc`, `glibc@2.36-9`, or the file name of a
/// source rpm.
fn upstream(parts: &PurlParts, upstream: &str, version: &str) -> Option<SourcePackage> {
    if let Some(stem) = upstream.strip_suffix(".src.rpm") {
        let (rest, release) = stem.rsplit_once('-')?;
        let (name, source_version) = rest.rsplit_once('-')?;
        let epoch = version.split_once(':').filter(|_| parts.purl_type == "rpm");
        let epoch = epoch
            .map(|(epoch, _)| format!("{epoch}:"))
            .unwrap_or_default();
        return Some(SourcePackage {
            name: name.to_owned(),
            version: format!("{epoch}{source_version}-{release}"),
        });
    }
    let (name, source_version) = upstream.split_once('@').unwrap_or((upstream, version));
    (!name.is_empty()).then(|| SourcePackage {
        name: name.to_owned(),
        version: source_version.to_owned(),
    })
}

/// The part of the stack, from the purl's type.
fn part_of(parts: &PurlParts, application: bool) -> Part {
    match parts.purl_type.as_str() {
        "deb" | "apk" | "rpm" | "alpm" => Part::Os,
        "golang" if parts.name == "stdlib" && parts.namespace.is_none() => Part::Runtime,
        "bitnami" | "generic" | "github" => Part::Application,
        _ if application => Part::Application,
        _ => Part::Language,
    }
}

/// The start of a text, for messages.
fn shortened(text: &str) -> String {
    const MESSAGE_CHARS_MAX: usize = 120;
    text.chars().take(MESSAGE_CHARS_MAX).collect()
}

//! What our own SBOM documents carry beyond the format: named texts under `plimsoll:`.
//!
//! CycloneDX keeps them as `properties`, SPDX as the JSON of an annotation. The same code writes
//! and reads them, so that a round trip loses nothing of a package.

use plimsoll_model::{
    Digest, Distribution, Layer, Location, Package, Part, SourcePackage, State, Target, Unknown,
};

/// Names and values, in the order of writing.
pub type Properties = Vec<(String, String)>;

/// The namespace of our names.
const PREFIX: &str = "plimsoll:";
/// Most places of one package that are read back.
const LOCATIONS_MAX: usize = 10_000;

/// Collects properties under our namespace.
#[derive(Default)]
struct Writer(Properties);

impl Writer {
    fn put(&mut self, name: impl std::fmt::Display, value: impl Into<String>) {
        self.0.push((format!("{PREFIX}{name}"), value.into()));
    }

    fn maybe(&mut self, name: impl std::fmt::Display, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.put(name, value.to_string());
        }
    }
}

/// Everything about a package that purl, name and version do not say.
pub fn of_package(package: &Package) -> Properties {
    let mut out = Writer::default();
    out.put("part", package.part.as_str());
    out.put("state", package.state.as_str());
    out.put("cataloger", package.cataloger.as_ref());
    out.maybe("namespace", package.namespace.as_ref());
    out.maybe("arch", package.arch.as_ref());
    out.maybe("module", package.module.as_ref());
    if let Some(source) = &package.source {
        out.put("source:name", source.name.as_str());
        out.put("source:version", source.version.as_str());
    }
    for (index, license) in package.licenses.iter().enumerate() {
        out.put(format_args!("license:{index}"), license.as_str());
    }
    for (index, location) in package.locations.iter().enumerate() {
        out.put(
            format_args!("location:{index}:path"),
            location.path.as_str(),
        );
        out.maybe(
            format_args!("location:{index}:layer"),
            location.layer.as_ref(),
        );
        out.maybe(format_args!("location:{index}:line"), location.line);
        out.maybe(format_args!("location:{index}:column"), location.column);
    }
    out.0
}

/// The target, its layers, and what could not be read.
pub fn of_target(target: &Target, layers: &[Layer], unknowns: &[Unknown]) -> Properties {
    let mut out = Writer::default();
    out.put("target:kind", target.kind.as_str());
    out.put("target:name", target.name.as_str());
    out.maybe("target:digest", target.digest.as_ref());
    out.maybe("target:platform", target.platform.as_ref());
    for (index, layer) in layers.iter().enumerate() {
        out.put(
            format_args!("layer:{index}:diff_id"),
            layer.diff_id.to_string(),
        );
        out.maybe(format_args!("layer:{index}:digest"), layer.digest.as_ref());
        out.maybe(
            format_args!("layer:{index}:created_by"),
            layer.created_by.as_ref(),
        );
        out.maybe(format_args!("layer:{index}:created"), layer.created);
        out.put(
            format_args!("layer:{index}:size_bytes"),
            layer.size_bytes.to_string(),
        );
        out.put(format_args!("layer:{index}:base"), layer.base.to_string());
    }
    let mut unknowns: Vec<_> = unknowns.iter().collect();
    unknowns.sort();
    for (index, unknown) in unknowns.into_iter().enumerate() {
        out.maybe(format_args!("unknown:{index}:path"), unknown.path.as_ref());
        out.maybe(
            format_args!("unknown:{index}:layer"),
            unknown.layer.as_ref(),
        );
        out.put(
            format_args!("unknown:{index}:reason"),
            unknown.reason.as_str(),
        );
    }
    out.0
}

/// The distribution beyond id and version.
pub fn of_distribution(os: &Distribution) -> Properties {
    let mut out = Writer::default();
    for (index, id) in os.id_like.iter().enumerate() {
        out.put(format_args!("os:id_like:{index}"), id.as_str());
    }
    out.maybe("os:codename", os.codename.as_ref());
    out.maybe("os:pretty_name", os.pretty_name.as_ref());
    out.maybe("os:eol", os.eol);
    out.0
}

/// Properties as read, looked up by name.
#[derive(Debug, Default)]
pub struct Read(std::collections::BTreeMap<String, String>);

impl FromIterator<(String, String)> for Read {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Read {
    /// The value of any property, under its whole name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of one of ours.
    pub fn ours(&self, name: &str) -> Option<&str> {
        self.0.get(&format!("{PREFIX}{name}")).map(String::as_str)
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.ours(name).map(str::to_owned)
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.ours(name)?.parse().ok()
    }

    /// Whether one of our own documents said this about a package.
    pub fn is_ours(&self) -> bool {
        self.ours("cataloger").is_some()
    }

    pub fn part(&self) -> Option<Part> {
        let word = self.ours("part")?;
        Part::ALL.into_iter().find(|part| part.as_str() == word)
    }

    pub fn state(&self) -> Option<State> {
        let word = self.ours("state")?;
        State::ALL.into_iter().find(|state| state.as_str() == word)
    }

    pub fn cataloger(&self) -> Option<String> {
        self.owned("cataloger")
    }

    pub fn namespace(&self) -> Option<String> {
        self.owned("namespace")
    }

    pub fn arch(&self) -> Option<String> {
        self.owned("arch")
    }

    pub fn module(&self) -> Option<String> {
        self.owned("module")
    }

    pub fn source(&self) -> Option<SourcePackage> {
        Some(SourcePackage {
            name: self.owned("source:name")?,
            version: self.owned("source:version").unwrap_or_default(),
        })
    }

    pub fn licenses(&self) -> Vec<String> {
        (0..LOCATIONS_MAX)
            .map_while(|index| self.owned(&format!("license:{index}")))
            .collect()
    }

    pub fn locations(&self) -> Vec<Location> {
        (0..LOCATIONS_MAX)
            .map_while(|index| {
                Some(Location {
                    path: self.owned(&format!("location:{index}:path"))?,
                    layer: self.parsed(&format!("location:{index}:layer")),
                    line: self.parsed(&format!("location:{index}:line")),
                    column: self.parsed(&format!("location:{index}:column")),
                })
            })
            .collect()
    }

    pub fn target_name(&self) -> Option<String> {
        self.owned("target:name")
    }

    pub fn target_digest(&self) -> Option<Digest> {
        self.parsed("target:digest")
    }

    pub fn platform(&self) -> Option<plimsoll_model::Platform> {
        plimsoll_model::Platform::parse(self.ours("target:platform")?)
    }

    pub fn layers(&self) -> Vec<Layer> {
        (0..LOCATIONS_MAX)
            .map_while(|index| {
                let name = |key: &str| format!("layer:{index}:{key}");
                Some(Layer {
                    diff_id: self.parsed(&name("diff_id"))?,
                    digest: self.parsed(&name("digest")),
                    created_by: self.owned(&name("created_by")),
                    created: self.parsed(&name("created")),
                    size_bytes: self.parsed(&name("size_bytes")).unwrap_or_default(),
                    base: self.parsed(&name("base")).unwrap_or_default(),
                })
            })
            .collect()
    }

    pub fn unknowns(&self) -> Vec<Unknown> {
        (0..LOCATIONS_MAX)
            .map_while(|index| {
                Some(Unknown {
                    reason: self.owned(&format!("unknown:{index}:reason"))?,
                    path: self.owned(&format!("unknown:{index}:path")),
                    layer: self.parsed(&format!("unknown:{index}:layer")),
                })
            })
            .collect()
    }

    /// Adds what we wrote about a distribution.
    pub fn complete(&self, os: &mut Distribution) {
        let like: Vec<String> = (0..64)
            .map_while(|index| self.owned(&format!("os:id_like:{index}")))
            .collect();
        if !like.is_empty() {
            os.id_like = like;
        }
        os.codename = self.owned("os:codename").or(os.codename.take());
        os.pretty_name = self.owned("os:pretty_name").or(os.pretty_name.take());
        os.eol = self.parsed("os:eol").or(os.eol);
    }
}

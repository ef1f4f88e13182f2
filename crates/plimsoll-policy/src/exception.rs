//! Exceptions: dated, owned, reasoned permissions for single findings.

use plimsoll_model::{Date, Digest, Finding, FixState, Inventory, Layer, Package, Purl, PurlParts};

use crate::glob::Glob;

/// Where an exception is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    pub file: String,
    /// 1-based.
    pub line: Option<u32>,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}", self.file),
            None => out.write_str(&self.file),
        }
    }
}

/// Which layers an exception is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayerScope {
    /// What came with the base image.
    Base,
    /// One layer, by digest or diff id.
    Digest(Digest),
}

impl LayerScope {
    /// `base` or `sha256:…`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "base" => Some(Self::Base),
            _ => text.parse().ok().map(Self::Digest),
        }
    }
}

/// Lets findings through that all of its parts describe.
#[derive(Debug, Clone)]
pub struct Exception {
    /// Ids or aliases, any of which fits; empty fits every finding.
    pub ids: Vec<String>,
    /// Without version: every version.
    pub package: Option<Purl>,
    /// A package's plain name, as other tools' ignore files give it.
    pub name: Option<String>,
    /// Only this version of `name`.
    pub version: Option<String>,
    /// Glob over the paths of the finding.
    pub path: Option<Glob>,
    pub layer: Option<LayerScope>,
    /// Glob over the target's name.
    pub image: Option<Glob>,
    /// Only while no fix exists.
    pub only_unfixed: bool,
    pub owner: Option<String>,
    pub reason: Option<String>,
    /// Last day on which it holds.
    pub expires: Option<Date>,
    pub origin: Origin,
}

impl Exception {
    /// Whether its time is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    /// Whether it describes the finding, expired or not.
    pub fn describes(
        &self,
        finding: &Finding,
        package: Option<&Package>,
        inventory: &Inventory,
    ) -> bool {
        (self.ids.is_empty() || self.ids.iter().any(|id| finding.is_called(id)))
            && self
                .package
                .as_ref()
                .is_none_or(|purl| package.is_some_and(|package| purl_fits(purl, package)))
            && self.name.as_ref().is_none_or(|name| {
                package.is_some_and(|p| p.name == *name || p.qualified_name() == *name)
            })
            && self
                .version
                .as_ref()
                .is_none_or(|version| package.is_some_and(|p| p.version == *version))
            && self.path.as_ref().is_none_or(|glob| {
                !finding.locations.is_empty()
                    && finding
                        .locations
                        .iter()
                        .all(|place| path_fits(glob, &place.path))
            })
            && self.layer.as_ref().is_none_or(|scope| {
                !finding.locations.is_empty()
                    && finding
                        .locations
                        .iter()
                        .all(|place| layer_fits(scope, place.layer.as_ref(), &inventory.layers))
            })
            && self
                .image
                .as_ref()
                .is_none_or(|glob| glob.is_match(inventory.target.name.as_str()))
            && !(self.only_unfixed && has_fix(finding))
    }
}

fn has_fix(finding: &Finding) -> bool {
    finding
        .fix
        .as_ref()
        .is_some_and(|fix| fix.state == FixState::Fixed)
}

/// A path fits as a whole or with the part in front of the first `!/` (the archive's own path).
fn path_fits(glob: &Glob, path: &str) -> bool {
    let outer = path.split("!/").next().unwrap_or(path);
    glob.is_match(path) || glob.is_match(outer)
}

fn layer_fits(scope: &LayerScope, diff_id: Option<&Digest>, layers: &[Layer]) -> bool {
    layers
        .iter()
        .filter(|layer| Some(&layer.diff_id) == diff_id)
        .any(|layer| match scope {
            LayerScope::Base => layer.base,
            LayerScope::Digest(digest) => {
                layer.diff_id == *digest || layer.digest.as_ref() == Some(digest)
            }
        })
}

/// Type, namespace and name are equal; version and qualifiers where the exception gives them.
fn purl_fits(wanted: &Purl, package: &Package) -> bool {
    let (Some(wanted), Some(found)) = (wanted.parts(), package.purl.parts()) else {
        return false;
    };
    let same = |of: fn(&PurlParts) -> (&str, Option<&str>, &str)| of(&wanted) == of(&found);
    same(|parts| (&parts.purl_type, parts.namespace.as_deref(), &parts.name))
        && wanted.version.as_ref().is_none_or(|version| {
            found.version.as_ref() == Some(version) || package.version == *version
        })
        && wanted
            .qualifiers
            .iter()
            .all(|qualifier| found.qualifiers.contains(qualifier))
}

//! Maven's project files (`pom.xml`), as far as one of them stands alone.
//!
//! Takes coordinates, properties, licences and dependencies of the main section. Deliberately not
//! done: fetching parents and bills of material, profiles, and build plugins. What they would
//! have said stays unresolved, and is told apart from what is not there. Format: Maven's POM
//! reference, model version 4.0.0.

mod license;
mod project;

use std::collections::BTreeMap;

pub use license::license_id;
pub use project::parse;

/// Most steps that a property is followed: `${a}` may be `${b}`.
const PROPERTY_STEPS_MAX: u32 = 16;
/// Longest text that properties are resolved into, in bytes.
const RESOLVED_BYTES_MAX: usize = 512;

/// Group, artifact and version; each empty where the file does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coordinates {
    pub group: String,
    pub artifact: String,
    pub version: String,
}

/// Something that a project needs, or whose version it manages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dependency {
    pub coordinates: Coordinates,
    /// `jar` unless said.
    pub kind: String,
    pub classifier: String,
    /// `compile` unless said.
    pub scope: String,
    /// 1-based line of the element.
    pub line: u32,
}

/// What a project file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Project {
    own: Coordinates,
    pub parent: Option<Coordinates>,
    properties: BTreeMap<String, String>,
    /// Name of each licence, or its address where it has no name.
    pub licenses: Vec<String>,
    pub dependencies: Vec<Dependency>,
    /// Versions for dependencies that name none.
    pub managed: Vec<Dependency>,
}

impl Project {
    /// Its own coordinates: what it does not say itself it has from its parent. Each is empty
    /// where neither does, or where a property is not known.
    pub fn coordinates(&self) -> Coordinates {
        let own = |own: &str, inherited: fn(&Coordinates) -> &str| {
            let text = match (&self.parent, own) {
                (Some(parent), "") => inherited(parent),
                _ => own,
            };
            self.resolve(text).unwrap_or_default()
        };
        Coordinates {
            group: own(&self.own.group, |parent| &parent.group),
            artifact: own(&self.own.artifact, |_| ""),
            version: own(&self.own.version, |parent| &parent.version),
        }
    }

    /// The text with every `${property}` replaced; `None` when one is not known here, or the
    /// properties go in circles.
    pub fn resolve(&self, text: &str) -> Option<String> {
        let mut text = text.to_owned();
        for _ in 0..PROPERTY_STEPS_MAX {
            let Some((before, rest)) = text.split_once("${") else {
                return Some(text);
            };
            let (name, after) = rest.split_once('}')?;
            text = format!("{before}{}{after}", self.property(name)?);
            if text.len() > RESOLVED_BYTES_MAX {
                return None;
            }
        }
        None
    }

    fn property(&self, name: &str) -> Option<&str> {
        if let Some(value) = self.properties.get(name) {
            return Some(value);
        }
        let parent = self.parent.as_ref();
        let field = name
            .strip_prefix("project.")
            .or_else(|| name.strip_prefix("pom."))
            .unwrap_or(name);
        let value = match field {
            "groupId" if !self.own.group.is_empty() => &self.own.group,
            "groupId" | "parent.groupId" => &parent?.group,
            "artifactId" => &self.own.artifact,
            "parent.artifactId" => &parent?.artifact,
            "version" if !self.own.version.is_empty() => &self.own.version,
            "version" | "parent.version" => &parent?.version,
            _ => return None,
        };
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The versions that this file manages, by what ties a dependency to them.
    pub fn managed_versions(&self) -> BTreeMap<[String; 4], String> {
        let entry = |managed: &Dependency| {
            let version = self.resolve(&managed.coordinates.version)?;
            Some((self.key(managed)?, version)).filter(|(_, version)| !version.is_empty())
        };
        // The first one counts, as in Maven.
        self.managed.iter().rev().filter_map(entry).collect()
    }

    /// The version of a dependency: its own, or the one that this file manages for it.
    pub fn version_of(
        &self,
        dependency: &Dependency,
        managed: &BTreeMap<[String; 4], String>,
    ) -> Option<String> {
        let own = &dependency.coordinates.version;
        if own.is_empty() {
            return managed.get(&self.key(dependency)?).cloned();
        }
        self.resolve(own)
    }

    /// What ties a dependency to its managed version.
    fn key(&self, dependency: &Dependency) -> Option<[String; 4]> {
        let kind = match dependency.kind.as_str() {
            "" => "jar",
            kind => kind,
        };
        Some([
            self.resolve(&dependency.coordinates.group)?,
            self.resolve(&dependency.coordinates.artifact)?,
            self.resolve(kind)?,
            self.resolve(&dependency.classifier)?,
        ])
    }
}

#[cfg(test)]
mod tests;

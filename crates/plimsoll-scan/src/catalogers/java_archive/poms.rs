//! Packages that Maven's metadata inside an archive names, and which of them the archive is.

use super::contents::maven_folder;
use super::file_name::FileName;
use super::manifest::Manifest;
use super::properties::PomProperties;
use crate::maven::{Project, license_id};

/// One package with Maven metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pom {
    pub group: String,
    pub artifact: String,
    pub version: String,
    pub licenses: Vec<String>,
    /// Entry that names it.
    pub place: String,
}

impl Pom {
    /// Puts together what the two files and their folder say. `None` without artifact or version.
    pub fn new(
        folder: &str,
        properties: Option<PomProperties>,
        project: Option<&Project>,
        place: String,
    ) -> Option<Self> {
        let properties = properties.unwrap_or_default();
        let inherited = project.map(Project::coordinates).unwrap_or_default();
        let (group, artifact) = maven_folder(folder).unwrap_or_default();
        let first = |texts: [&str; 3]| {
            let found = texts.into_iter().find(|text| !text.is_empty());
            found.unwrap_or_default().to_owned()
        };
        let pom = Self {
            group: first([&properties.group, &inherited.group, group]),
            artifact: first([&properties.artifact, &inherited.artifact, artifact]),
            version: first([&properties.version, &inherited.version, ""]),
            licenses: project.map(licenses).unwrap_or_default(),
            place,
        };
        (!pom.artifact.is_empty() && !pom.version.is_empty()).then_some(pom)
    }

    /// Whether the file is named after this package.
    fn names(&self, stem: &str) -> bool {
        let Some(rest) = stem.strip_prefix(&self.artifact) else {
            return false;
        };
        let mut letters = rest.chars();
        match letters.next() {
            None => true,
            Some('-' | '_' | '.') => {
                let rest = letters.as_str();
                rest.starts_with(&self.version)
                    || rest.starts_with(|first: char| first.is_ascii_digit())
            }
            Some(_) => false,
        }
    }

    /// Whether the manifest is about this package.
    fn fits(&self, manifest: &Manifest) -> bool {
        let title = manifest.get("implementation-title");
        let bundle = manifest.get("bundle-symbolicname");
        let bundle = bundle.map(|name| name.split(';').next().unwrap_or(name).trim());
        let versions = ["implementation-version", "bundle-version", "plugin-version"];
        title == Some(&self.artifact)
            || bundle.is_some_and(|name| name.ends_with(&self.artifact))
            || versions
                .iter()
                .any(|name| manifest.get(name) == Some(&self.version))
    }
}

/// The package that the archive itself is: the one it is named after, the longest name first.
/// The only one is it too, when the archive was renamed or its manifest is about that one.
pub fn main_of(path: &str, poms: &[Pom], manifest: &Manifest) -> Option<usize> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let named = poms
        .iter()
        .enumerate()
        .filter(|(_, pom)| pom.names(stem))
        .max_by_key(|(index, pom)| (pom.artifact.len(), std::cmp::Reverse(*index)));
    if let Some((index, _)) = named {
        return Some(index);
    }
    match poms {
        [only] if FileName::parse(path).version.is_empty() || only.fits(manifest) => Some(0),
        _ => None,
    }
}

fn licenses(project: &Project) -> Vec<String> {
    project
        .licenses
        .iter()
        .map(|name| license_id(name).to_owned())
        .collect()
}

/// Licences from `Bundle-License`: names or addresses, each with attributes after it.
pub fn bundle_licenses(manifest: &Manifest) -> Vec<String> {
    let Some(text) = manifest.get("bundle-license") else {
        return Vec::new();
    };
    let name = text.split(';').next().unwrap_or(text).trim();
    let names: Vec<&str> = if name.starts_with("http") {
        name.split(',').collect()
    } else {
        vec![name]
    };
    names
        .into_iter()
        .map(|name| license_id(name.trim()).to_owned())
        .filter(|name| !name.is_empty() && !name.starts_with("<<"))
        .collect()
}

//! Which entries of an archive matter, from one walk over its directory.

use std::collections::BTreeMap;

use plimsoll_image::zip::{ZipArchive, ZipEntry, ZipError};

use super::is_archive;

/// Most archives inside one archive.
const NESTED_MAX: usize = 65_536;
/// Most `pom.properties` and `pom.xml` of one archive.
const POMS_MAX: usize = 65_536;

/// The entries that say what an archive is and holds.
#[derive(Debug, Default)]
pub struct Contents {
    pub manifest: Option<ZipEntry>,
    /// By their folder, so that those of one package are together.
    pub poms: BTreeMap<String, PomEntries>,
    /// Archives inside of it, in the order of the directory.
    pub nested: Vec<ZipEntry>,
    /// Whether there is any class.
    pub classes: bool,
    /// Why the walk left something out.
    pub problem: Option<String>,
}

/// The files that Maven leaves for one package.
#[derive(Debug, Default)]
pub struct PomEntries {
    pub properties: Option<ZipEntry>,
    pub project: Option<ZipEntry>,
}

impl Contents {
    pub fn of(archive: &ZipArchive) -> Self {
        let mut contents = Self::default();
        for entry in archive.entries() {
            match entry {
                Ok(entry) => contents.add(entry),
                // The entries after one with an unusable name can be used.
                Err(error) => {
                    contents.problem.get_or_insert_with(|| error.to_string());
                    if !matches!(error, ZipError::Name { .. }) {
                        break;
                    }
                }
            }
        }
        contents
    }

    fn add(&mut self, entry: ZipEntry) {
        if entry.is_dir {
            return;
        }
        let (folder, name) = entry.name.rsplit_once('/').unwrap_or(("", &entry.name));
        match name {
            "MANIFEST.MF" if folder == "META-INF" => self.manifest = Some(entry),
            "pom.properties" => {
                if let Some(pom) = self.pom(folder.to_owned()) {
                    pom.properties = Some(entry);
                }
            }
            "pom.xml" if maven_folder(folder).is_some() => {
                if let Some(pom) = self.pom(folder.to_owned()) {
                    pom.project = Some(entry);
                }
            }
            name if is_archive(name) => {
                if self.nested.len() < NESTED_MAX {
                    self.nested.push(entry);
                } else {
                    self.limit("archives inside of one archive", NESTED_MAX);
                }
            }
            name => {
                let suffix = name.rsplit_once('.').map(|(_, suffix)| suffix);
                self.classes |= suffix == Some("class");
            }
        }
    }

    fn pom(&mut self, folder: String) -> Option<&mut PomEntries> {
        if self.poms.len() >= POMS_MAX && !self.poms.contains_key(&folder) {
            self.limit("pom files in one archive", POMS_MAX);
            return None;
        }
        Some(self.poms.entry(folder).or_default())
    }

    fn limit(&mut self, what: &str, limit: usize) {
        self.problem
            .get_or_insert_with(|| format!("limit of {limit} {what} reached"));
    }
}

/// Group and artifact from `…META-INF/maven/<group>/<artifact>`.
pub fn maven_folder(folder: &str) -> Option<(&str, &str)> {
    let (front, artifact) = folder.rsplit_once('/')?;
    let (front, group) = front.rsplit_once('/')?;
    let maven = front == "META-INF/maven" || front.ends_with("/META-INF/maven");
    maven.then_some((group, artifact))
}

//! Walks an archive and the archives inside of it, within one budget for all of them.

use std::sync::Arc;

use plimsoll_image::ReadAt;
use plimsoll_image::zip::{Method, ZipArchive, ZipEntry, ZipLimits};
use plimsoll_model::{Ecosystem, Part};

use super::contents::{Contents, PomEntries};
use super::file_name::FileName;
use super::identity::identify;
use super::manifest::Manifest;
use super::poms::{Pom, bundle_licenses, main_of};
use super::properties::PomProperties;
use crate::collector::Collector;
use crate::executable::read_exact;
use crate::{CatalogError, Found, maven};

/// Archives inside of archives that are followed, the outermost counted.
pub const ARCHIVE_DEPTH_MAX: u32 = 8;
/// Entries of one archive and all that are inside of it.
pub const ENTRIES_MAX: u64 = 2_000_000;
/// Unpacked bytes of everything read from one archive and all that are inside of it.
pub const UNPACKED_BYTES_MAX: u64 = 8 << 30;

/// Largest manifest, in bytes; signed archives list every entry in theirs.
const MANIFEST_BYTES_MAX: u64 = 16 << 20;
/// Largest `pom.properties`, in bytes.
const PROPERTIES_BYTES_MAX: u64 = 64 << 10;
/// Largest `pom.xml`, in bytes.
const PROJECT_BYTES_MAX: u64 = 4 << 20;

/// First bytes of an entry.
const LOCAL_HEADER: &[u8] = b"PK\x03\x04";

/// Implementation title of the jars that make up a Java runtime up to version 8.
const RUNTIME_TITLE: &str = "Java Runtime Environment";

/// What is left of the budget, and where packages go.
pub struct Walk<'a, 'b> {
    packages: &'a mut Collector<'b>,
    entries_left: u64,
    bytes_left: u64,
}

/// One archive on the way.
struct Place<'a> {
    /// Path of the file, or name of the entry: what it is called.
    path: &'a str,
    /// Way to it through the archives around it; `None` for the outermost.
    inside: Option<&'a str>,
}

impl Place<'_> {
    /// Way to an entry of this archive.
    fn entry(&self, name: &str) -> String {
        match self.inside {
            Some(inside) => format!("{inside}!/{name}"),
            None => name.to_owned(),
        }
    }
}

impl<'a, 'b> Walk<'a, 'b> {
    pub fn new(packages: &'a mut Collector<'b>) -> Self {
        Self {
            packages,
            entries_left: ENTRIES_MAX,
            bytes_left: UNPACKED_BYTES_MAX,
        }
    }

    /// Reads an archive and what is inside of it. An error ends the whole walk; what cannot be
    /// read of one archive becomes an unknown.
    pub fn archive(
        &mut self,
        data: Arc<dyn ReadAt>,
        path: &str,
        inside: Option<&str>,
        depth: u32,
    ) -> Result<(), CatalogError> {
        let place = Place { path, inside };
        let limits = ZipLimits {
            entries_max: self.entries_left.min(ZipLimits::DEFAULT.entries_max),
            entry_bytes_max: self.bytes_left.min(ZipLimits::DEFAULT.entry_bytes_max),
            ..ZipLimits::DEFAULT
        };
        let starts_as_archive = read_exact(data.as_ref(), 0, LOCAL_HEADER.len())?
            .is_some_and(|bytes| bytes == LOCAL_HEADER);
        let archive = match ZipArchive::open(data, &limits) {
            Ok(archive) => archive,
            Err(error) => {
                self.unknown(&place, error.to_string());
                return Ok(());
            }
        };
        if archive.prefix_bytes() > 0 && starts_as_archive {
            self.unknown(&place, "another archive in front of this one, or cut off");
        }
        self.entries_left = self.entries_left.saturating_sub(archive.len());
        let contents = Contents::of(&archive);
        if let Some(problem) = &contents.problem {
            self.unknown(&place, problem.as_str());
        }
        self.identify(&archive, &contents, &place)?;
        for entry in &contents.nested {
            self.nested(&archive, entry, &place, depth)?;
        }
        Ok(())
    }

    fn nested(
        &mut self,
        archive: &ZipArchive,
        entry: &ZipEntry,
        place: &Place<'_>,
        depth: u32,
    ) -> Result<(), CatalogError> {
        let inside = place.entry(&entry.name);
        if entry.size == 0 {
            return Ok(());
        }
        if depth >= ARCHIVE_DEPTH_MAX {
            let reason = format!("archive depth limit ({ARCHIVE_DEPTH_MAX}) reached");
            self.packages.unknown_at(inside, reason);
            return Ok(());
        }
        if let Err(reason) = self.spend(entry) {
            self.packages.unknown_at(inside, reason);
            return Ok(());
        }
        match archive.open_entry(entry) {
            Ok(data) => self.archive(data, &entry.name, Some(&inside), depth + 1),
            Err(error) => {
                self.packages.unknown_at(inside, error.to_string());
                Ok(())
            }
        }
    }

    /// Takes the unpacked bytes of an entry from the budget.
    fn spend(&mut self, entry: &ZipEntry) -> Result<(), String> {
        if entry.method == Method::Stored {
            return Ok(());
        }
        let left = self.bytes_left.checked_sub(entry.size);
        self.bytes_left = left.ok_or_else(|| {
            format!("limit of {UNPACKED_BYTES_MAX} unpacked bytes for one archive reached")
        })?;
        Ok(())
    }

    /// Reads a small entry; what cannot be read is told as unknown.
    fn small(
        &mut self,
        archive: &ZipArchive,
        entry: &ZipEntry,
        bytes_max: u64,
        place: &Place<'_>,
    ) -> Option<Vec<u8>> {
        let read = match self.spend(entry) {
            Ok(()) => archive
                .read_entry(entry, bytes_max)
                .map_err(|error| error.to_string()),
            Err(reason) => Err(reason),
        };
        read.map_err(|reason| self.packages.unknown_at(place.entry(&entry.name), reason))
            .ok()
    }

    /// Finds out what the archive itself is and which packages were put into it.
    fn identify(
        &mut self,
        archive: &ZipArchive,
        contents: &Contents,
        place: &Place<'_>,
    ) -> Result<(), CatalogError> {
        let manifest = contents
            .manifest
            .as_ref()
            .and_then(|entry| self.small(archive, entry, MANIFEST_BYTES_MAX, place))
            .map(|bytes| Manifest::parse(&bytes))
            .unwrap_or_default();
        let mut poms = Vec::new();
        for (folder, entries) in &contents.poms {
            poms.extend(self.pom(archive, folder, entries, place));
        }
        let main = main_of(place.path, &poms, &manifest);
        let part = part(contents, place);
        if main.is_none() {
            self.unnamed(contents, &manifest, &poms, part, place)?;
        }
        for (index, pom) in poms.into_iter().enumerate() {
            let mut found = Found {
                namespace: Some(pom.group).filter(|group| !group.is_empty()),
                licenses: pom.licenses,
                inside: Some(place.entry(&pom.place)),
                ..Found::new(Ecosystem::MAVEN, pom.artifact, pom.version)
            };
            if main == Some(index) {
                found.part = part;
                found.version = published_version(place.path, found.version);
                found.inside = place.inside.map(str::to_owned);
                if found.licenses.is_empty() {
                    found.licenses = bundle_licenses(&manifest);
                }
            }
            self.packages.add(found)?;
        }
        Ok(())
    }

    /// An archive that no pom is about.
    fn unnamed(
        &mut self,
        contents: &Contents,
        manifest: &Manifest,
        poms: &[Pom],
        part: Part,
        place: &Place<'_>,
    ) -> Result<(), CatalogError> {
        if manifest.get("implementation-title") == Some(RUNTIME_TITLE) {
            return Ok(());
        }
        let Some(identity) = identify(place.path, manifest) else {
            // What else is in it tells enough of a mere container.
            if contents.classes && poms.is_empty() && contents.nested.is_empty() {
                self.unknown(place, "no version in manifest, pom.properties or file name");
            }
            return Ok(());
        };
        self.packages.add(Found {
            namespace: identity.group,
            part,
            licenses: bundle_licenses(manifest),
            inside: place.inside.map(str::to_owned),
            ..Found::new(Ecosystem::MAVEN, identity.artifact, identity.version)
        })
    }

    fn pom(
        &mut self,
        archive: &ZipArchive,
        folder: &str,
        entries: &PomEntries,
        place: &Place<'_>,
    ) -> Option<Pom> {
        let first = entries.properties.as_ref().or(entries.project.as_ref())?;
        let properties = entries.properties.as_ref().and_then(|entry| {
            let bytes = self.small(archive, entry, PROPERTIES_BYTES_MAX, place)?;
            Some(PomProperties::parse(&bytes))
        });
        let project = entries.project.as_ref().and_then(|entry| {
            let bytes = self.small(archive, entry, PROJECT_BYTES_MAX, place)?;
            Some((maven::parse(&bytes), entry))
        });
        let (project, wrong) = match project {
            Some((Ok(project), _)) => (Some(project), None),
            Some((Err(error), entry)) => (None, Some((error, entry))),
            None => (None, None),
        };
        let pom = Pom::new(folder, properties, project.as_ref(), first.name.clone());
        if pom.is_none() && (entries.properties.is_some() || project.is_some()) {
            let reason = "no artifact and version in Maven's metadata";
            self.packages.unknown_at(place.entry(&first.name), reason);
        }
        // A damaged project file matters only when it was needed.
        if let (None, Some((error, entry))) = (&pom, wrong) {
            let at = place.entry(&entry.name);
            self.packages.unknown_at(at, error.reason);
        }
        pom
    }

    fn unknown(&mut self, place: &Place<'_>, reason: impl Into<String>) {
        match place.inside {
            Some(inside) => self.packages.unknown_at(inside, reason),
            None => self.packages.unknown(reason),
        }
    }
}

/// The version in the file name where that only goes on after the one in the metadata: some
/// publish one build several times (`9.4.1.jre8` and `9.4.1.jre11` of 9.4.1).
fn published_version(path: &str, version: String) -> String {
    let named = FileName::parse(path).version;
    match named.strip_prefix(version.as_str()) {
        Some(rest) if rest.starts_with('.') => named.to_owned(),
        _ => version,
    }
}

/// An archive that is deployed as such is an application: it is not inside another one and
/// brings its libraries along, or its kind says so.
fn part(contents: &Contents, place: &Place<'_>) -> Part {
    let suffix = place.path.rsplit_once('.').map(|(_, suffix)| suffix);
    let library = suffix.is_none_or(|suffix| suffix.eq_ignore_ascii_case("jar"));
    if place.inside.is_none() && (!library || !contents.nested.is_empty()) {
        Part::Application
    } else {
        Part::Language
    }
}

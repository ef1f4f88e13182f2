//! Lockfiles in TOML: an array of tables, one for each package.
//!
//! poetry.lock, uv.lock and pdm.lock call it `package`, pylock.toml (PEP 751) `packages`. They
//! differ in how they say where a package comes from. What lies in the project's own tree
//! (workspace members, editable and path dependencies) is the project itself, not a package that
//! it depends on, and is left out.

use super::declared;
use crate::CatalogError;
use crate::collector::Collector;
use crate::syntax::toml::{TomlEvent, TomlReader};

/// Reads the packages of a lockfile whose array of tables has this name.
pub(crate) fn read_lock(
    bytes: &[u8],
    table: &str,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    let mut reader = TomlReader::new(bytes);
    let mut entry = None;
    let mut section = Section::Other;
    let mut read = || {
        while let Some(event) = reader.next_event()? {
            match event {
                TomlEvent::Table { path, array } => {
                    section = section_of(&path, array, table);
                    if !matches!(section, Section::Part(_)) {
                        finish(entry.take(), packages)?;
                    }
                    if section == Section::Package {
                        entry = Some(Entry::default());
                    }
                }
                TomlEvent::Key { path, line } => {
                    if let (Some(entry), [key]) = (&mut entry, path.as_slice()) {
                        entry.take(&mut reader, &section, key, line)?;
                    }
                }
            }
        }
        Ok(())
    };
    let done = read();
    // A file that is cut in the middle of an entry has told its name and version before.
    finish(entry, packages)?;
    done
}

#[derive(Debug, PartialEq, Eq)]
enum Section {
    /// `[[package]]`
    Package,
    /// `[package.source]`
    Part(String),
    /// Any other table.
    Other,
}

fn section_of(path: &[String], array: bool, table: &str) -> Section {
    match path {
        [name] if array && name == table => Section::Package,
        [name, part] if name == table => Section::Part(part.clone()),
        [name, _, ..] if name == table => Section::Part(String::new()),
        _ => Section::Other,
    }
}

#[derive(Default)]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    line: u32,
    local: bool,
    repository: Option<String>,
    revision: Option<String>,
    is_git: bool,
}

impl Entry {
    fn take(
        &mut self,
        reader: &mut TomlReader<'_>,
        section: &Section,
        key: &str,
        line: u32,
    ) -> Result<(), CatalogError> {
        match (section, key) {
            (Section::Package, "name") => {
                self.line = line;
                self.name = reader.string()?;
            }
            (Section::Package, "version") => self.version = reader.string()?,
            // pdm names the parts of a source beside the package's own keys.
            (Section::Package, "git" | "revision" | "path") => {
                let value = reader.string()?;
                self.source(key, value.unwrap_or_default());
            }
            // uv: `source = { … }`; pylock: `vcs = { … }`, `directory = { … }`.
            (Section::Package, "source" | "vcs" | "directory") => {
                self.local |= key == "directory";
                reader.inline_table(|reader, key| {
                    let value = reader.string()?;
                    self.source(key, value.unwrap_or_default());
                    Ok(())
                })?;
            }
            (Section::Part(part), _) if ["source", "vcs", "directory"].contains(&part.as_str()) => {
                self.local |= part == "directory";
                let value = reader.string()?;
                self.source(key, value.unwrap_or_default());
            }
            _ => {}
        }
        Ok(())
    }

    fn source(&mut self, key: &str, value: String) {
        match key {
            "type" => {
                self.local |= value == "directory";
                self.is_git |= value == "git";
            }
            "editable" | "virtual" | "directory" => self.local = true,
            // A path to a wheel or an archive is a package; one to a folder is the project's.
            "path" => self.local |= !is_archive(&value),
            "git" => {
                self.is_git = true;
                let (url, revision) = value.split_once('#').unwrap_or((&value, ""));
                self.repository = url.split('?').next().map(str::to_owned);
                if !revision.is_empty() {
                    self.revision = Some(revision.to_owned());
                }
            }
            "url" => self.repository = Some(value),
            "revision" | "resolved_reference" | "commit-id" => self.revision = Some(value),
            _ => {}
        }
    }
}

fn is_archive(path: &str) -> bool {
    [".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"]
        .iter()
        .any(|extension| path.ends_with(extension))
}

fn finish(entry: Option<Entry>, packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    let Some(entry) = entry.filter(|entry| !entry.local) else {
        return Ok(());
    };
    let Some(name) = entry.name else {
        return Ok(());
    };
    let Some(version) = entry.version else {
        packages.unpinned(&name, Some(entry.line));
        return Ok(());
    };
    let mut found = declared(&name, &version, entry.line);
    if let (true, Some(url)) = (entry.is_git, entry.repository) {
        let revision = entry.revision.map(|revision| format!("@{revision}"));
        let vcs_url = format!("git+{url}{}", revision.unwrap_or_default());
        found.qualifiers.push(("vcs_url".to_owned(), vcs_url));
    }
    packages.add(found)
}

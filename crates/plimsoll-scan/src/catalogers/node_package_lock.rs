//! Packages that npm locked: `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.
//!
//! Version 1 nests `dependencies`; version 3 lists `packages` by the folder they go to; version 2
//! has both, and `packages` is the one that counts. The project itself, its workspaces and links
//! to them are left out. Lockfiles that packages ship are left out too: npm does not follow them.

use plimsoll_model::State;

use crate::collector::{Collector, collect};
use crate::node::specifier::{alias, exact, is_local, name_of_folder};
use crate::node::{add_locked, declared, is_shipped, read_licenses};
use crate::syntax::json::JsonReader;
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// The newest form that is read.
const LOCKFILE_VERSION_MAX: u64 = 3;

/// See the module.
pub struct NodePackageLock;

impl Cataloger for NodePackageLock {
    fn id(&self) -> &'static str {
        "node-package-lock"
    }

    fn version(&self) -> u32 {
        2
    }

    fn describe(&self) -> &'static str {
        "Node packages locked by npm: package-lock.json, npm-shrinkwrap.json (versions 1 to 3)"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[
            Pattern::Name("package-lock.json"),
            Pattern::Name("npm-shrinkwrap.json"),
        ]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        !is_shipped(path)
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        // Two passes, as it is only known at the end whether `packages` is there; in files that
        // npm wrote it comes first, and the first pass ends with it.
        let has_packages = has_packages(&bytes);
        collect(out, |packages| {
            let mut reader = JsonReader::new(&bytes);
            let mut version = None;
            reader.expect_object(|reader, key, _| match (key, has_packages) {
                ("packages", true) => read_packages(reader, packages),
                ("dependencies", false) => read_dependencies(reader, packages),
                ("lockfileVersion", _) => {
                    version = reader.integer()?;
                    Ok(())
                }
                _ => reader.skip(),
            })?;
            if let Some(version) = version.filter(|version| *version > LOCKFILE_VERSION_MAX) {
                packages.unknown(format!(
                    "lockfileVersion {version} is newer than what is read ({LOCKFILE_VERSION_MAX})"
                ));
            }
            reader.end()
        })
    }
}

fn has_packages(bytes: &[u8]) -> bool {
    let mut reader = JsonReader::new(bytes);
    let mut found = false;
    let _ = reader.object(|reader, key, _| {
        found |= key == "packages";
        if found {
            // Nothing is wrong with the file: this only ends the walk.
            return Err(CatalogError::new("found"));
        }
        reader.skip()
    });
    found
}

#[derive(Default)]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    resolved: Option<String>,
    link: bool,
    licenses: Vec<String>,
}

/// Versions 2 and 3: keyed by folder.
fn read_packages(
    reader: &mut JsonReader<'_>,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    reader.expect_object(|reader, folder, line| {
        let mut entry = Entry::default();
        reader.object(|reader, key, _| {
            match key {
                "name" => entry.name = reader.string()?,
                "version" => entry.version = reader.string()?,
                "resolved" => entry.resolved = reader.string()?,
                "link" => entry.link = reader.is_true()?,
                "license" => read_licenses(reader, &mut entry.licenses)?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let Some(folder_name) = name_of_folder(folder).filter(|_| !entry.link) else {
            return Ok(());
        };
        let name = entry.name.as_deref().unwrap_or(folder_name);
        let Some(version) = entry.version else {
            packages.unpinned(name, Some(line));
            return Ok(());
        };
        packages.add(Found {
            licenses: entry.licenses,
            qualifiers: repository(entry.resolved.as_deref()),
            ..declared(name, &version, line)
        })
    })
}

/// Version 1: keyed by name, nested as folders are; the reader's cap on depth ends the recursion.
fn read_dependencies(
    reader: &mut JsonReader<'_>,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    reader.expect_object(|reader, key, line| {
        let mut version = None;
        reader.object(|reader, member, _| {
            match member {
                "version" => version = reader.string()?,
                "dependencies" => read_dependencies(reader, packages)?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let version = version.unwrap_or_default();
        if is_local(&version) {
            return Ok(());
        }
        let (name, version) = alias(&version).unwrap_or((key, &version));
        add_locked(packages, name, exact(name, version), line)
    })
}

/// Where a package came from that no registry has.
fn repository(resolved: Option<&str>) -> Vec<(String, String)> {
    resolved
        .filter(|url| url.starts_with("git+"))
        .map(|url| ("vcs_url".to_owned(), url.replacen('#', "@", 1)))
        .into_iter()
        .collect()
}

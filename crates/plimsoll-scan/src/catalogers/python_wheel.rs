//! Python packages in archives: wheels (`.whl`) and zipped eggs (`.egg`).
//!
//! An egg is loaded as it lies; wheels lie about where an installer was left to use them
//! (`ensurepip`, Debian's `python-wheels`), and Python can load code from them too. Only the
//! metadata is unpacked.

use std::sync::Arc;

use plimsoll_image::zip::{ZipArchive, ZipEntry, ZipError, ZipLimits};
use plimsoll_model::State;

use crate::collector::collect;
use crate::python::metadata::read_metadata;
use crate::syntax::lines::decode;
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// Largest metadata that is read, in bytes: it holds a whole README at times.
const METADATA_BYTES_MAX: u64 = 8 << 20;

/// Most packages of one archive: one, but for eggs that bundle a few.
const METADATA_FILES_MAX: usize = 64;

/// See the module.
pub struct PythonWheel;

impl Cataloger for PythonWheel {
    fn id(&self) -> &'static str {
        "python-wheel"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Python packages in archives: METADATA of *.whl, PKG-INFO of *.egg"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Suffix(".whl"), Pattern::Suffix(".egg")]
    }

    fn random_access(&self) -> bool {
        true
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let archive = ZipArchive::open(Arc::clone(&file.data), &ZipLimits::DEFAULT)
            .map_err(|error| CatalogError::new(error.to_string()))?;
        let metadata = metadata_entries(&archive)?;
        collect(out, |packages| {
            for entry in &metadata {
                let bytes = archive
                    .read_entry(entry, METADATA_BYTES_MAX)
                    .map_err(|error| CatalogError::new(error.to_string()))?;
                let folder = entry.name.split('/').next().unwrap_or_default();
                let folder = match folder {
                    "EGG-INFO" => file.name(),
                    folder => folder,
                };
                let found = read_metadata(&decode(&bytes), folder)?;
                packages.add(Found {
                    inside: Some(entry.name.clone()),
                    ..found
                })?;
            }
            Ok(())
        })
    }
}

fn metadata_entries(archive: &ZipArchive) -> Result<Vec<ZipEntry>, CatalogError> {
    let mut metadata = Vec::new();
    for entry in archive.entries() {
        match entry {
            Ok(entry) if is_metadata(&entry) => metadata.push(entry),
            // A file of another name is none that is looked for.
            Ok(_) | Err(ZipError::Name { .. }) => {}
            Err(error) => return Err(CatalogError::new(error.to_string())),
        }
        if metadata.len() >= METADATA_FILES_MAX {
            break;
        }
    }
    if metadata.is_empty() {
        return Err(CatalogError::new("archive holds no package metadata"));
    }
    Ok(metadata)
}

/// Metadata lies in a folder at the archive's root; deeper is data of the package.
fn is_metadata(entry: &ZipEntry) -> bool {
    match entry.name.split_once('/') {
        Some((folder, "METADATA")) => folder.ends_with(".dist-info"),
        Some((folder, "PKG-INFO")) => folder == "EGG-INFO" || folder.ends_with(".egg-info"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::java_archive::sample::zip;
    use super::*;
    use crate::testing::read;

    fn check(path: &str, entries: &[(&str, &[u8])], expected: &[&str], reason: Option<&str>) {
        let (facts, error) = read(&PythonWheel, path, zip(entries));
        let found: Vec<String> = facts
            .packages
            .iter()
            .map(|found| {
                let inside = found.inside.as_deref().unwrap_or_default();
                format!("{} {} {inside}", found.name, found.version)
            })
            .collect();
        assert_eq!(found, expected, "{path}");
        assert_eq!(error.as_deref(), reason, "{path}");
    }

    #[test]
    fn metadata_at_the_root_of_an_archive() {
        let metadata: &[u8] = b"Name: A.b\nVersion: 1.0\n";
        check(
            "a_b-1.0-py3-none-any.whl",
            &[
                ("a_b/__init__.py", b""),
                (
                    "a_b/data/other-1.dist-info/METADATA",
                    b"Name: other\nVersion: 1\n",
                ),
                ("a_b-1.0.dist-info/METADATA", metadata),
            ],
            &["a-b 1.0 a_b-1.0.dist-info/METADATA"],
            None,
        );
        check(
            "c-2.0-py3.11.egg",
            &[("EGG-INFO/PKG-INFO", b"Metadata-Version: 1.0\n")],
            &["c 2.0 EGG-INFO/PKG-INFO"],
            None,
        );
    }

    #[test]
    fn archives_without_metadata_are_told() {
        let reason = Some("archive holds no package metadata");
        check("a.whl", &[("a.py", b"")], &[], reason);
        check("a.whl", &[("../x", b"")], &[], reason);
        let large = vec![b'x'; METADATA_BYTES_MAX as usize + 1];
        check(
            "a.whl",
            &[("a-1.dist-info/METADATA", &large)],
            &[],
            Some("zip entry is larger than the limit of 8388608"),
        );
        let (_, error) = read(&PythonWheel, "a.whl", "text");
        assert_eq!(error.as_deref(), Some("not a zip archive"));
    }
}

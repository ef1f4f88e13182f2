//! Python packages in archives: wheels (`.whl`) and zipped eggs (`.egg`).
//!
//! An egg is loaded as it lies; wheels lie about where an installer was left to use them
//! (`ensurepip`, Debian's `python-wheels`), and Python can load code from them too. Only the
//! metadata is unpacked.

use std::sync::Arc;

use plimsoll_image::zip::{ZipArchive, ZipEntry, ZipLimits};
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
        let mut metadata = Vec::new();
        for entry in archive.entries() {
            let entry = entry.map_err(|error| CatalogError::new(error.to_string()))?;
            if is_metadata(&entry) {
                metadata.push(entry);
            }
            if metadata.len() >= METADATA_FILES_MAX {
                break;
            }
        }
        if metadata.is_empty() {
            return Err(CatalogError::new("archive holds no package metadata"));
        }
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

/// Metadata lies in a folder at the archive's root; deeper is data of the package.
fn is_metadata(entry: &ZipEntry) -> bool {
    match entry.name.split_once('/') {
        Some((folder, "METADATA")) => folder.ends_with(".dist-info"),
        Some((folder, "PKG-INFO")) => folder == "EGG-INFO" || folder.ends_with(".egg-info"),
        _ => false,
    }
}

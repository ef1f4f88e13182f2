//! Installed Node packages: `package.json` in a folder of `node_modules`, and the programs that
//! have one of their own.
//!
//! Which `package.json` counts is decided by its folder, see [`crate::node::folder`]. A file that
//! names no version elsewhere sets options for a folder and describes no package. Packages that Yarn keeps
//! in zip archives (Plug'n'Play) are not looked into; their lockfile names them.

use plimsoll_model::{Part, State};

use crate::collector::collect;
use crate::node::folder::{Place, place};
use crate::node::{package, read_licenses};
use crate::syntax::json::JsonReader;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct NodePackage;

impl Cataloger for NodePackage {
    fn id(&self) -> &'static str {
        "node-package"
    }

    fn version(&self) -> u32 {
        2
    }

    fn describe(&self) -> &'static str {
        "Node packages installed in node_modules, and Node programs: package.json"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("package.json")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        place(path) != Place::Inside
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let place = place(file.path);
        let Some(manifest) = read_manifest(&bytes)? else {
            if place == Place::Library {
                return Err(CatalogError::new("package has no name or no version"));
            }
            return Ok(());
        };
        if matches!(&place, Place::Bundled(name) if *name != manifest.name) {
            return Ok(());
        }
        let mut found = package(&manifest.name, manifest.version.trim());
        found.licenses = manifest.licenses;
        if place == Place::Application {
            found.part = Part::Application;
        }
        collect(out, |packages| packages.add(found))
    }
}

struct Manifest {
    name: String,
    version: String,
    licenses: Vec<String>,
}

fn read_manifest(bytes: &[u8]) -> Result<Option<Manifest>, CatalogError> {
    let (mut name, mut version, mut licenses) = (None, None, Vec::new());
    let mut reader = JsonReader::new(bytes);
    reader.expect_object(|reader, key, _| {
        match key {
            "name" => name = reader.string()?,
            "version" => version = reader.string()?,
            "license" | "licenses" => read_licenses(reader, &mut licenses)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let some = |text: &String| !text.is_empty();
    let (name, version) = (name.filter(some), version.filter(some));
    Ok(name.zip(version).map(|(name, version)| Manifest {
        name,
        version,
        licenses,
    }))
}

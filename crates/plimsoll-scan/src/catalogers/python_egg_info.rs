//! Installed Python packages of older installers, and of Debian's packages: `PKG-INFO` in a
//! folder `*.egg-info`, a file `*.egg-info`, or `EGG-INFO/PKG-INFO` in an unpacked egg.
//!
//! A `PKG-INFO` anywhere else belongs to a source distribution, which is not installed.

use plimsoll_model::State;

use crate::collector::collect;
use crate::python::metadata::read_metadata;
use crate::syntax::lines::decode;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PythonEggInfo;

impl Cataloger for PythonEggInfo {
    fn id(&self) -> &'static str {
        "python-egg-info"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Python packages installed by setuptools or distutils: *.egg-info, EGG-INFO/PKG-INFO"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("PKG-INFO"), Pattern::Suffix(".egg-info")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        path.ends_with(".egg-info") || holder(path).is_some()
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let holder = holder(file.path).unwrap_or_else(|| file.name());
        let found = read_metadata(&decode(&bytes), holder)?;
        collect(out, |packages| packages.add(found))
    }
}

/// The folder whose name tells name and version: `a-1.0.egg-info`, or `a-1.0.egg` of
/// `a-1.0.egg/EGG-INFO`.
fn holder(path: &str) -> Option<&str> {
    let mut parts = path.rsplit('/').skip(1);
    let folder = parts.next()?;
    if folder == "EGG-INFO" {
        return Some(parts.next().unwrap_or_default());
    }
    folder.ends_with(".egg-info").then_some(folder)
}

//! Installed Python packages: `METADATA` in a folder `name-version.dist-info`.
//!
//! Specification: recording installed projects (PEP 376, PEP 627). Packages that an installer
//! keeps for itself (`setuptools/_vendor`) lie in such folders too and count: their code is there
//! and can be loaded, although `pip list` does not name them.

use plimsoll_model::State;

use crate::collector::collect;
use crate::python::metadata::read_metadata;
use crate::syntax::lines::decode;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PythonDistInfo;

impl Cataloger for PythonDistInfo {
    fn id(&self) -> &'static str {
        "python-dist-info"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Python packages installed from wheels: METADATA in *.dist-info"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("METADATA")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        folder(path).to_ascii_lowercase().ends_with("dist-info")
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let found = read_metadata(&decode(&bytes), folder(file.path))?;
        collect(out, |packages| packages.add(found))
    }
}

/// The last folder of a path.
fn folder(path: &str) -> &str {
    path.rsplit('/').nth(1).unwrap_or_default()
}

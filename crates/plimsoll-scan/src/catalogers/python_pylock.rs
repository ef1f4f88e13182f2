//! Packages in the lockfile that tools share: `pylock.toml` and `pylock.NAME.toml` (PEP 751).

use plimsoll_model::State;

use crate::collector::collect;
use crate::python::lock::read_lock;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PythonPylock;

impl Cataloger for PythonPylock {
    fn id(&self) -> &'static str {
        "python-pylock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Python packages in a shared lockfile (PEP 751): pylock.toml, pylock.*.toml"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Suffix(".toml")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.starts_with("pylock.")
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| read_lock(&bytes, "packages", packages))
    }
}

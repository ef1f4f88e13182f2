//! Packages that uv locked: `uv.lock`.

use plimsoll_model::State;

use crate::collector::collect;
use crate::python::lock::read_lock;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PythonUvLock;

impl Cataloger for PythonUvLock {
    fn id(&self) -> &'static str {
        "python-uv-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Python packages locked by uv: uv.lock"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("uv.lock")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| read_lock(&bytes, "package", packages))
    }
}

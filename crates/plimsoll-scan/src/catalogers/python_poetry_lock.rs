//! Packages that Poetry locked: `poetry.lock`, of version 0.12 to 2.

use plimsoll_model::State;

use crate::collector::collect;
use crate::python::lock::read_lock;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PythonPoetryLock;

impl Cataloger for PythonPoetryLock {
    fn id(&self) -> &'static str {
        "python-poetry-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Python packages locked by Poetry: poetry.lock"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("poetry.lock")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| read_lock(&bytes, "package", packages))
    }
}

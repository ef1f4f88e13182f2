//! Packages that PDM locked: `pdm.lock`.

use plimsoll_model::State;

use crate::collector::collect;
use crate::python::lock::read_lock;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PythonPdmLock;

impl Cataloger for PythonPdmLock {
    fn id(&self) -> &'static str {
        "python-pdm-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Python packages locked by PDM: pdm.lock"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("pdm.lock")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| read_lock(&bytes, "package", packages))
    }
}

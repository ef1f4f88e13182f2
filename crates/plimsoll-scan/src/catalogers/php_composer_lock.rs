//! PHP packages that Composer locked: `composer.lock`, with those for development.

use plimsoll_model::State;

use crate::collector::collect;
use crate::php::read_packages;
use crate::syntax::json::JsonReader;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PhpComposerLock;

impl Cataloger for PhpComposerLock {
    fn id(&self) -> &'static str {
        "php-composer-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "PHP packages locked by Composer: composer.lock"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("composer.lock")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| {
            let mut reader = JsonReader::new(&bytes);
            reader.expect_object(|reader, key, _| match key {
                "packages" | "packages-dev" => read_packages(reader, State::Declared, packages),
                _ => reader.skip(),
            })?;
            reader.end()
        })
    }
}

//! Installed PHP packages: `vendor/composer/installed.json`, of Composer 1 (a list) and 2 (an
//! object with the list in `packages`).

use plimsoll_model::State;

use crate::collector::collect;
use crate::php::read_packages;
use crate::syntax::json::{JsonReader, Kind};
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct PhpInstalled;

impl Cataloger for PhpInstalled {
    fn id(&self) -> &'static str {
        "php-installed"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "PHP packages installed by Composer: composer/installed.json"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Tail("composer/installed.json")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| {
            let mut reader = JsonReader::new(&bytes);
            if reader.kind()? == Kind::Array {
                read_packages(&mut reader, State::Installed, packages)?;
            } else {
                reader.expect_object(|reader, key, _| match key {
                    "packages" => read_packages(reader, State::Installed, packages),
                    _ => reader.skip(),
                })?;
            }
            reader.end()
        })
    }
}

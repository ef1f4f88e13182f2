//! Packages that rpm installed and their files, in a Berkeley DB file, `Packages` (RHEL 8 and its like, and older).

use plimsoll_model::State;

use crate::nested::refuse_nested;
use crate::rpm::bdb;
use crate::rpm::inventory::Collector;
use crate::rpm::pages::Pages;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct RpmBdb;

const PATHS: [&str; 3] = [
    "usr/lib/sysimage/rpm/Packages",
    "usr/share/rpm/Packages",
    "var/lib/rpm/Packages",
];

impl Cataloger for RpmBdb {
    fn id(&self) -> &'static str {
        "rpm-bdb"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "packages installed by rpm up to version 4.15, and their files, in a Berkeley DB hash file: var/lib/rpm/Packages"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        const PATTERNS: [Pattern; 3] = [
            Pattern::Tail(PATHS[0]),
            Pattern::Tail(PATHS[1]),
            Pattern::Tail(PATHS[2]),
        ];
        &PATTERNS
    }

    fn random_access(&self) -> bool {
        true
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        refuse_nested(file.path, &PATHS)?;
        let pages = Pages::new(&*file.data)?;
        let mut collector = Collector::new(out);
        match bdb::read(&pages, &mut collector) {
            Ok(()) => collector.finish(),
            Err(error) => {
                collector.problems.note(|| error.reason);
                collector.problems.into_result()
            }
        }
    }
}

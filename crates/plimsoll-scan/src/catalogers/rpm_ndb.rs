//! Packages that rpm installed and their files, in rpm's own form, `Packages.db` (SUSE and its like).

use plimsoll_model::State;

use crate::nested::refuse_nested;
use crate::rpm::inventory::Collector;
use crate::rpm::ndb;
use crate::rpm::pages::Pages;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct RpmNdb;

const PATHS: [&str; 3] = [
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/share/rpm/Packages.db",
    "var/lib/rpm/Packages.db",
];

impl Cataloger for RpmNdb {
    fn id(&self) -> &'static str {
        "rpm-ndb"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "packages installed by rpm, and their files, in rpm's own database form: usr/lib/sysimage/rpm/Packages.db"
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
        match ndb::read(&pages, &mut collector) {
            Ok(()) => collector.finish(),
            Err(error) => {
                collector.problems.note(|| error.reason);
                collector.problems.into_result()
            }
        }
    }
}

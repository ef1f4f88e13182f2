//! Packages that rpm installed and their files, in an SQLite file, `rpmdb.sqlite` (Fedora, RHEL 9 and their like).
//!
//! Changes that were left in the write-ahead log beside it are not merged, but said.

use plimsoll_model::State;

use crate::nested::refuse_nested;
use crate::rpm::inventory::Collector;
use crate::rpm::pages::Pages;
use crate::rpm::sqlite;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct RpmSqlite;

const PATHS: [&str; 3] = [
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/share/rpm/rpmdb.sqlite",
    "var/lib/rpm/rpmdb.sqlite",
];

impl Cataloger for RpmSqlite {
    fn id(&self) -> &'static str {
        "rpm-sqlite"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "packages installed by rpm, and their files, in an SQLite file: var/lib/rpm/rpmdb.sqlite"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        const PATTERNS: [Pattern; 6] = [
            Pattern::Tail(PATHS[0]),
            Pattern::Tail(PATHS[1]),
            Pattern::Tail(PATHS[2]),
            Pattern::Path("usr/lib/sysimage/rpm/rpmdb.sqlite-wal"),
            Pattern::Path("usr/share/rpm/rpmdb.sqlite-wal"),
            Pattern::Path("var/lib/rpm/rpmdb.sqlite-wal"),
        ];
        &PATTERNS
    }

    fn random_access(&self) -> bool {
        true
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let pages = Pages::new(&*file.data)?;
        if file.name().ends_with("-wal") {
            return sqlite::refuse_log(&pages);
        }
        refuse_nested(file.path, &PATHS)?;
        let mut collector = Collector::new(out);
        match sqlite::read(&pages, &mut collector) {
            Ok(()) => collector.finish(),
            Err(error) => {
                collector.problems.note(|| error.reason);
                collector.problems.into_result()
            }
        }
    }
}

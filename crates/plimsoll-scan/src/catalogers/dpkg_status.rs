//! Packages in dpkg's database, `var/lib/dpkg/status`.
//!
//! A database further down belongs to another root filesystem with another distribution; its
//! packages would be matched against the wrong advisories, so it is said to be unread.

use plimsoll_model::State;

use crate::dpkg::{Origin, read_packages};
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct DpkgStatus;

impl Cataloger for DpkgStatus {
    fn id(&self) -> &'static str {
        "dpkg-status"
    }

    fn version(&self) -> u32 {
        2
    }

    fn describe(&self) -> &'static str {
        "packages installed by dpkg (Debian, Ubuntu and their derivatives): var/lib/dpkg/status"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Tail("var/lib/dpkg/status")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        crate::nested::refuse_nested(file.path, &["var/lib/dpkg/status"])?;
        read_packages(&file.bytes()?, Origin::Database, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    #[test]
    fn a_database_of_another_root_is_not_counted() {
        let text = b"Package: a\nStatus: install ok installed\nVersion: 1\n\n";
        let (facts, reason) = read(&DpkgStatus, "var/lib/dpkg/status", text);
        assert_eq!((facts.packages.len(), reason), (1, None));
        let (facts, reason) = read(&DpkgStatus, "srv/chroot/var/lib/dpkg/status", text);
        assert!(facts.packages.is_empty());
        assert_eq!(
            reason.as_deref(),
            Some("package database of a root filesystem inside this one is not read")
        );
    }
}

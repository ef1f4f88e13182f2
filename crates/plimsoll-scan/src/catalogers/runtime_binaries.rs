//! Runtimes and servers that no package manager installed, by what their binaries say.
//!
//! What is recognised, and how, is the table in [`crate::programs`]. Binaries that a package of
//! the operating system owns are found as well and told apart by the engine. Bitnami's images
//! describe their programs themselves, see the cataloger `bitnami`.

use plimsoll_model::{Ecosystem, State};

use crate::executable::ELF_MAGIC;
use crate::programs::{by_file_name, find};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// See the module.
pub struct RuntimeBinaries;

impl Cataloger for RuntimeBinaries {
    fn id(&self) -> &'static str {
        "runtime-binaries"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "runtimes and servers without a package, by a sentence in their ELF binaries: Node.js, \
         Python, Ruby, PHP, Perl, Lua, Rust, OpenSSL, nginx, Apache, HAProxy, lighttpd, Redis, \
         PostgreSQL, MariaDB, memcached, Bash, BusyBox"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Magic(ELF_MAGIC)]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        !path.starts_with("opt/bitnami/") && by_file_name(name).is_some()
    }

    fn random_access(&self) -> bool {
        true
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let Some(program) = by_file_name(file.name()) else {
            return Ok(());
        };
        let version = find(program, file.name(), &*file.data)
            .map_err(|error| CatalogError::new(error.to_string()))?;
        out.packages.extend(version.map(|version| Found {
            part: program.part,
            ..Found::new(Ecosystem::GENERIC, program.name, version)
        }));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    #[test]
    fn a_program_is_recognised_and_anything_else_passed_by() {
        let binary = b"\x7fELF\0\0node.js/v20.20.2\0";
        let (facts, reason) = read(&RuntimeBinaries, "usr/local/bin/node", binary);
        assert_eq!(reason, None);
        let purl = (
            facts.packages[0].name.as_str(),
            facts.packages[0].version.as_str(),
        );
        assert_eq!(purl, ("node", "20.20.2"));
        let (facts, reason) = read(&RuntimeBinaries, "usr/local/bin/node", b"\x7fELF");
        assert_eq!((facts, reason), (Facts::default(), None));
        assert!(!RuntimeBinaries.wants("usr/bin/ls", 0o755, 1));
        assert!(!RuntimeBinaries.wants("opt/bitnami/redis/bin/redis-server", 0o755, 1));
    }
}

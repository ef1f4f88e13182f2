//! Java packages in jars, wars, ears and their like, and in jars inside of these.
//!
//! Each `pom.properties` is a package, those of shaded ones too; an archive without one is
//! identified by its manifest and file name (see [`identity`]). Classes are not looked at, so
//! that what was copied in without its metadata is not found, and checksums are not compared with
//! a registry's. The parts of a Java runtime are left to the cataloger of its `release` file.
//! Format: the JAR File Specification of Java 21.

mod contents;
mod file_name;
mod groups;
mod identity;
mod manifest;
mod poms;
mod properties;
mod walk;

use plimsoll_model::State;

use crate::collector::collect;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};
use walk::Walk;

/// The cataloger `java-archive`.
pub struct JavaArchive;

impl Cataloger for JavaArchive {
    fn id(&self) -> &'static str {
        "java-archive"
    }

    fn version(&self) -> u32 {
        2
    }

    fn describe(&self) -> &'static str {
        "Java packages in jars, wars and ears, also shaded ones and jars inside of jars"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[
            Pattern::Suffix(".jar"),
            Pattern::Suffix(".war"),
            Pattern::Suffix(".ear"),
            Pattern::Suffix(".par"),
            Pattern::Suffix(".sar"),
            Pattern::Suffix(".nar"),
            Pattern::Suffix(".kar"),
            Pattern::Suffix(".hpi"),
            Pattern::Suffix(".jpi"),
            Pattern::Suffix(".aar"),
            Pattern::Suffix(".lpkg"),
        ]
    }

    fn wants(&self, _path: &str, _mode: u32, size_bytes: u64) -> bool {
        // Some packages ship empty files as place holders: there is nothing in them.
        size_bytes > 0
    }

    fn random_access(&self) -> bool {
        true
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let data = file.data.clone();
        collect(out, |packages| {
            Walk::new(packages).archive(data, file.path, None, 1)
        })
    }
}

/// Whether an entry is an archive to be looked into; `.rar` is a resource adapter here.
fn is_archive(name: &str) -> bool {
    const SUFFIXES: &[&str] = &[
        "jar", "war", "ear", "par", "sar", "nar", "kar", "hpi", "jpi", "aar", "rar", "lpkg",
    ];
    name.rsplit_once('.').is_some_and(|(_, suffix)| {
        SUFFIXES
            .iter()
            .any(|known| suffix.eq_ignore_ascii_case(known))
    })
}

/// For fuzzing: takes a file name apart.
pub(crate) fn parse_file_name(path: &str) {
    let _ = identity::identify(path, &manifest::Manifest::default());
}

/// For fuzzing: reads a manifest, and what it says of an archive.
pub(crate) fn parse_manifest(bytes: &[u8]) {
    let manifest = manifest::Manifest::parse(bytes);
    let _ = identity::identify("tool.jar", &manifest);
    let _ = poms::bundle_licenses(&manifest);
}

/// For fuzzing: reads a `pom.properties`.
pub(crate) fn parse_properties(bytes: &[u8]) {
    let _ = properties::PomProperties::parse(bytes);
}

#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;

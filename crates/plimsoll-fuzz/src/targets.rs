//! The targets by kind, each with what must hold of its parser.

pub mod access;
pub mod advisories;
pub mod checks;
pub mod cluster;
pub mod configuration;
pub mod documents;
pub mod events;
pub mod image;
pub mod lockfiles;
pub mod network;
pub mod policies;
pub mod programs;
pub mod rules;
pub mod sensor;
pub mod system;

/// A target as one line of a list.
macro_rules! target {
    ($name:literal, $about:literal, $dictionary:expr, $run:expr, $seeds:expr) => {
        $crate::Target {
            name: $name,
            about: $about,
            dictionary: $dictionary,
            run: $run,
            seeds: $seeds,
        }
    };
}
pub(crate) use target;

use plimsoll_scan::collector::{NAME_BYTES_MAX, PACKAGES_PER_FILE_MAX};
use plimsoll_scan::{Facts, fuzz_lang_a, fuzz_lang_b, fuzz_os};

/// Longest reason for what was not read, in bytes.
const REASON_BYTES_MAX: usize = 4096;

/// What holds of the facts of any file.
fn check(facts: &Facts) {
    assert!(facts.packages.len() <= PACKAGES_PER_FILE_MAX);
    for found in &facts.packages {
        assert!(!found.name.is_empty(), "a package without a name");
        assert!(
            found.name.len() <= 2 * NAME_BYTES_MAX,
            "{}",
            found.name.len()
        );
        assert!(
            found.version.len() <= 4 * NAME_BYTES_MAX,
            "{}",
            found.version.len()
        );
    }
    for unknown in &facts.unknowns {
        assert!(
            unknown.reason.len() <= REASON_BYTES_MAX,
            "{}",
            unknown.reason.len()
        );
    }
}

/// Hands the bytes to each of these catalogers of languages, twice where that is cheap.
fn read(ids: &[&str], data: &[u8]) {
    for id in ids {
        let in_a = fuzz_lang_a::TARGETS.iter().any(|(known, _)| known == id);
        let read = if in_a {
            fuzz_lang_a::read
        } else {
            fuzz_lang_b::read
        };
        let facts = read(id, data);
        if data.len().is_multiple_of(8) {
            assert_eq!(read(id, data), facts, "{id}");
        }
        check(&facts);
        fuzz_os::use_facts("a/file", id, facts);
    }
}

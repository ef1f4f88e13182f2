//! Crates that a `Cargo.lock` pins, in each of its versions (1 to 4).
//!
//! Packages without a source are the workspace's own and those named by path: applications, as
//! far as a lockfile tells. What is a build or development dependency is not in the file; all
//! count. Format: Cargo's `core::resolver::encode`.

use plimsoll_model::{Ecosystem, Part, State};

use crate::collector::{Collector, collect};
use crate::syntax::toml::{TomlEvent, TomlReader};
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

/// Newest version of the format that is known.
const VERSION_MAX: u32 = 4;

/// The index of crates.io, by its old and its new name.
const CRATES_IO: &[&str] = &[
    "registry+https://github.com/rust-lang/crates.io-index",
    "sparse+https://index.crates.io/",
];

/// The cataloger `cargo-lock`.
pub struct CargoLock;

impl Cataloger for CargoLock {
    fn id(&self) -> &'static str {
        "cargo-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Rust crates that Cargo.lock pins"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("Cargo.lock")]
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        collect(out, |packages| read(&bytes, packages))
    }
}

/// One `[[package]]` as far as it was read.
#[derive(Debug, Default)]
struct Entry {
    name: String,
    version: String,
    source: Option<String>,
    line: Option<u32>,
}

fn read(bytes: &[u8], packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    let mut toml = TomlReader::new(bytes);
    let mut entry: Option<Entry> = None;
    let mut at_top = true;
    while let Some(event) = toml.next_event()? {
        match event {
            TomlEvent::Table { path, .. } => {
                at_top = false;
                add(entry.take(), packages)?;
                // `[root]` is the main package in files from before Rust 1.17.
                entry = matches!(path.as_slice(), [table] if table == "package" || table == "root")
                    .then(Entry::default);
            }
            TomlEvent::Key { path, line } => {
                let [key] = path.as_slice() else { continue };
                if at_top && key == "version" {
                    check_version(&toml.bare_value()?.unwrap_or_default(), packages);
                    continue;
                }
                let Some(entry) = &mut entry else { continue };
                match key.as_str() {
                    "name" => {
                        entry.name = toml.string()?.unwrap_or_default();
                        entry.line = Some(line);
                    }
                    "version" => entry.version = toml.string()?.unwrap_or_default(),
                    "source" => entry.source = toml.string()?,
                    _ => {}
                }
            }
        }
    }
    add(entry.take(), packages)
}

fn check_version(version: &str, packages: &mut Collector<'_>) {
    if version
        .parse()
        .is_ok_and(|version: u32| version > VERSION_MAX)
    {
        packages.unknown(format!(
            "lockfile version {version} is newer than {VERSION_MAX}, the newest known: \
             something may be missing"
        ));
    }
}

fn add(entry: Option<Entry>, packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    let Some(entry) = entry else { return Ok(()) };
    let part = match entry.source {
        Some(_) => Part::Language,
        None => Part::Application,
    };
    packages.add(Found {
        part,
        state: State::Declared,
        line: entry.line,
        qualifiers: entry
            .source
            .as_deref()
            .and_then(origin)
            .into_iter()
            .collect(),
        ..Found::new(Ecosystem::CARGO, entry.name, entry.version)
    })
}

/// The purl qualifier of a crate that is not from crates.io: the registry's index or the
/// repository with its commit.
fn origin(source: &str) -> Option<(String, String)> {
    if CRATES_IO.contains(&source) {
        return None;
    }
    let (kind, place) = source.split_once('+')?;
    match kind {
        "registry" | "sparse" => Some(("repository_url".to_owned(), place.to_owned())),
        "git" => {
            let (url, commit) = place.split_once('#').unwrap_or((place, ""));
            let url = url.split('?').next().unwrap_or(url);
            let at = if commit.is_empty() { "" } else { "@" };
            Some(("vcs_url".to_owned(), format!("git+{url}{at}{commit}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::testing::read;

    fn show(text: &str) -> String {
        let (facts, error) = read(&CargoLock, "src/Cargo.lock", text);
        let mut out = String::new();
        for found in &facts.packages {
            let part = found.part.as_str();
            let line = found.line.unwrap_or(0);
            let _ = write!(out, "{line}: {} {} {part}", found.name, found.version);
            for (key, value) in &found.qualifiers {
                let _ = write!(out, " {key}={value}");
            }
            out.push('\n');
        }
        for unknown in &facts.unknowns {
            let _ = writeln!(out, "unknown: {}", unknown.reason);
        }
        if let Some(reason) = error {
            let _ = writeln!(out, "error: {reason}");
        }
        out
    }

    #[test]
    fn version_4_with_every_kind_of_source() {
        let text = r#"# This file is automatically @generated by Cargo.
version = 4

[[package]]
name = "tool"
version = "0.1.0"
dependencies = [
 "near",
 "serde 1.0.200 (registry+https://github.com/rust-lang/crates.io-index)",
]

[[package]]
name = "serde"
version = "1.0.200"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "ddc6f9cc94d67c0e21aaf7eda3a010fd3af78ebf6e096aa6e2e13c79749cce4f"

[[package]]
name = "mirrored"
version = "1.0.0"
source = "sparse+https://index.crates.io/"

[[package]]
name = "private"
version = "2.0.0"
source = "sparse+https://crates.example.com/index/"

[[package]]
name = "forked"
version = "0.3.1+build"
source = "git+https://git.example.com/forked?branch=main#0123456789abcdef0123456789abcdef01234567"
"#;
        insta::assert_snapshot!(show(text), @r"
        5: tool 0.1.0 application
        13: serde 1.0.200 language
        19: mirrored 1.0.0 language
        24: private 2.0.0 language repository_url=https://crates.example.com/index/
        29: forked 0.3.1+build language vcs_url=git+https://git.example.com/forked@0123456789abcdef0123456789abcdef01234567
        ");
    }

    #[test]
    fn version_1_with_root_and_metadata() {
        let text = r#"[root]
name = "tool"
version = "0.1.0"
dependencies = ["libc 0.2.1 (registry+https://github.com/rust-lang/crates.io-index)"]

[[package]]
name = "libc"
version = "0.2.1"
source = "registry+https://github.com/rust-lang/crates.io-index"

[metadata]
"checksum libc 0.2.1 (registry+https://github.com/rust-lang/crates.io-index)" = "abc"
"#;
        insta::assert_snapshot!(show(text), @r"
        2: tool 0.1.0 application
        7: libc 0.2.1 language
        ");
    }

    #[test]
    fn newer_versions_are_read_and_said() {
        insta::assert_snapshot!(show("version = 5\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n"), @r"
        3: a 1.0.0 application
        unknown: lockfile version 5 is newer than 4, the newest known: something may be missing
        ");
    }

    #[test]
    fn damage_is_said_and_what_came_before_counts() {
        let text = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n[[package]]\nname = \"b\n";
        insta::assert_snapshot!(show(text), @r"
        2: a 1.0.0 application
        error: toml: unterminated string (line 5)
        ");
        let text = "[[package]]\nname = \"a\"\n[[package]]\nversion = 1\n";
        insta::assert_snapshot!(show(text), @"unknown: 2 entries without a usable name or version (first `a` in line 2)");
        insta::assert_snapshot!(show("<<<<<<< HEAD\n"), @"error: toml: expected a key (line 1)");
    }
}

//! A crate depends only on lower floors, never sideways; floors 0 to 2 know no async runtime.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::Problems;
use crate::workspace;

/// Each crate's floor. A crate that is not here is a problem: place it first.
const FLOORS: &[(&str, u8)] = &[
    ("plimsoll-model", 0),
    ("plimsoll-yaml", 0),
    ("plimsoll-test-cluster", 0),
    ("plimsoll-object", 1),
    ("plimsoll-image", 1),
    ("plimsoll-report", 1),
    ("plimsoll-vuln", 1),
    ("plimsoll-policy", 1),
    ("plimsoll-behavior", 1),
    ("plimsoll-check", 2),
    ("plimsoll-network", 2),
    ("plimsoll-access", 2),
    ("plimsoll-scan", 2),
    ("plimsoll-sensor", 2),
    ("plimsoll-notify", 2),
    ("plimsoll-trust", 2),
    ("plimsoll-cluster", 2),
    ("plimsoll-server", 3),
    ("plimsoll", 4),
    ("plimsoll-fuzz", 4),
    ("xtask", 5),
];

/// Highest floor without an async runtime.
const FLOOR_BLOCKING_MAX: u8 = 2;
/// Crates that bring an async runtime or a server.
const ASYNC_CRATES: &[&str] = &["tokio", "async-std", "smol", "hyper", "axum", "reqwest"];

pub fn check(problems: &mut Problems) -> Result<()> {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    for path in workspace::files()? {
        if path.file_name().is_none_or(|name| name != "Cargo.toml") {
            continue;
        }
        let manifest: toml::Table = workspace::read(&path)?.parse()?;
        let Some(name) = package_name(&manifest) else {
            continue;
        };
        if path.starts_with("fuzz") {
            continue;
        }
        check_folder(&path, name, problems);
        let Some(floor) = floors.get(name) else {
            problems.push(format!("{}: crate `{name}` has no floor", path.display()));
            continue;
        };
        for dependency in dependencies(&manifest) {
            if floors.get(dependency).is_some_and(|below| below >= floor) {
                problems.push(format!(
                    "{}: `{name}` (floor {floor}) may not depend on `{dependency}`: \
                     crates depend on lower floors only",
                    path.display()
                ));
            }
            if *floor <= FLOOR_BLOCKING_MAX && ASYNC_CRATES.contains(&dependency) {
                problems.push(format!(
                    "{}: `{name}` (floor {floor}) may not know `{dependency}`",
                    path.display()
                ));
            }
        }
    }
    Ok(())
}

fn package_name(manifest: &toml::Table) -> Option<&str> {
    manifest.get("package")?.get("name")?.as_str()
}

fn check_folder(path: &Path, name: &str, problems: &mut Problems) {
    let folder = path.parent().and_then(Path::file_name);
    if folder.is_none_or(|folder| folder != name) {
        problems.push(format!(
            "{}: the folder is not named `{name}`",
            path.display()
        ));
    }
}

/// Names of normal and build dependencies; tests may look upwards.
fn dependencies(manifest: &toml::Table) -> impl Iterator<Item = &str> {
    ["dependencies", "build-dependencies"]
        .into_iter()
        .filter_map(|section| manifest.get(section)?.as_table())
        .flat_map(|table| table.keys().map(String::as_str))
}

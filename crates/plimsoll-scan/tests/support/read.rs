//! Hands files to the catalogers that want them, as a scan does, without opening a target.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "files of the tests' own making; a test that cannot run must fail loudly"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use plimsoll_scan::catalogers::CATALOGERS;
use plimsoll_scan::dispatch::Dispatch;
use plimsoll_scan::{Facts, File, Found};

/// What one cataloger said about one file.
pub struct Told {
    pub path: String,
    pub cataloger: &'static str,
    pub facts: Facts,
    pub error: Option<String>,
}

/// Shows one file to every cataloger whose id starts with one of `ids`.
pub fn read_file(path: &str, bytes: &[u8], ids: &[&str]) -> Vec<Told> {
    let wanted = CATALOGERS
        .iter()
        .copied()
        .filter(|cataloger| ids.iter().any(|id| cataloger.id().starts_with(id)));
    let dispatch = Dispatch::new(wanted);
    let mut who = Vec::new();
    dispatch.by_path(path, 0o644, bytes.len() as u64, &mut who);
    who.into_iter()
        .map(|index| {
            let cataloger = dispatch.catalogers()[index];
            let file = File {
                path,
                mode: 0o644,
                data: Arc::new(bytes.to_vec()),
            };
            let mut facts = Facts::default();
            let error = cataloger.read(&file, &mut facts).err();
            Told {
                path: path.to_owned(),
                cataloger: cataloger.id(),
                facts,
                error: error.map(|error| error.reason),
            }
        })
        .collect()
}

/// Shows every file below a folder, following no links; paths are relative to `root`.
pub fn read_folder(root: &Path, ids: &[&str]) -> Vec<Told> {
    let mut told = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for entry in entries {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                let relative = path.strip_prefix(root).unwrap().to_string_lossy();
                let bytes = fs::read(&path).unwrap();
                told.extend(read_file(&relative, &bytes, ids));
            }
        }
    }
    told.sort_by(|a, b| (&a.path, a.cataloger).cmp(&(&b.path, b.cataloger)));
    told
}

/// `name version` or `@scope/name version` of everything found; no file may have failed.
pub fn names(told: &[Told]) -> BTreeSet<String> {
    for one in told {
        assert_eq!(one.error, None, "{} at {}", one.cataloger, one.path);
    }
    told.iter()
        .flat_map(|one| &one.facts.packages)
        .map(name)
        .collect()
}

/// `name version`, the name with its namespace.
pub fn name(found: &Found) -> String {
    let slash = found
        .namespace
        .as_ref()
        .map(|namespace| format!("{namespace}/"));
    format!(
        "{}{} {}",
        slash.unwrap_or_default(),
        found.name,
        found.version
    )
}

/// Panics with both differences unless the sets are the same.
pub fn assert_same(ours: &BTreeSet<String>, theirs: &BTreeSet<String>, what: &str) {
    let only_ours: Vec<_> = ours.difference(theirs).collect();
    let only_theirs: Vec<_> = theirs.difference(ours).collect();
    assert!(
        only_ours.is_empty() && only_theirs.is_empty(),
        "{what}: only ours {only_ours:#?}, only theirs {only_theirs:#?}"
    );
    assert!(!ours.is_empty(), "{what}: nothing was found");
}

//! Packages that Yarn locked: `yarn.lock` of Yarn 1 (own format) and of Yarn 2 and newer (YAML).
//!
//! Workspaces, links and other parts of the project itself are left out; a patched package is the
//! package that was patched.

use plimsoll_model::State;

use crate::collector::{Collector, collect};
use crate::node::specifier::{alias, is_local, split_at_sign};
use crate::node::{declared, is_shipped};
use crate::syntax::lines::{decode, numbered};
use crate::syntax::yaml::YamlReader;
use crate::{CatalogError, Cataloger, Facts, File, Pattern};

/// See the module.
pub struct NodeYarnLock;

impl Cataloger for NodeYarnLock {
    fn id(&self) -> &'static str {
        "node-yarn-lock"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "Node packages locked by Yarn 1 to 4: yarn.lock"
    }

    fn state(&self) -> State {
        State::Declared
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Name("yarn.lock")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        !is_shipped(path)
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        let text = decode(&bytes);
        let is_yaml = numbered(&text).any(|(_, line)| line.starts_with("__metadata:"));
        collect(out, |packages| {
            if is_yaml {
                return read_berry(&text, packages);
            }
            read_classic(&text, packages)
        })
    }
}

/// Yarn 1: an unindented line with what was asked for, then indented members.
fn read_classic(text: &str, packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    let mut entry: Option<(String, u32)> = None;
    for (number, line) in numbered(text) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            finish_classic(entry.take(), packages);
            let Some(head) = trimmed.strip_suffix(':') else {
                return Err(crate::syntax::error_at("yarn.lock", "expected `:`", number));
            };
            entry = Some((head.to_owned(), number));
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if indent == 2
            && let Some(version) = trimmed.strip_prefix("version ")
            && let Some((head, line)) = entry.take()
        {
            add_classic(&head, unquoted(version), line, packages)?;
        }
    }
    finish_classic(entry, packages);
    Ok(())
}

/// An entry that ended without a version.
fn finish_classic(entry: Option<(String, u32)>, packages: &mut Collector<'_>) {
    if let Some((head, line)) = entry {
        packages.unpinned(&head, Some(line));
    }
}

fn add_classic(
    head: &str,
    version: &str,
    line: u32,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    let first = unquoted(head.split(", ").next().unwrap_or(head));
    let (name, range) = split_at_sign(first).unwrap_or((first, ""));
    if is_local(range) {
        return Ok(());
    }
    let name = match range.strip_prefix("npm:") {
        Some(target) => alias(range).map_or(target, |(name, _)| name),
        None => name,
    };
    packages.add(declared(name, version, line))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

/// Yarn 2 and newer: `resolution` says which package it is.
fn read_berry(text: &str, packages: &mut Collector<'_>) -> Result<(), CatalogError> {
    let mut reader = YamlReader::new(text);
    while reader.next_document()? {
        reader.expect_mapping(|reader, key, line| {
            let (mut version, mut resolution) = (None, None);
            reader.mapping(|reader, member, _| {
                match member {
                    "version" => version = reader.string()?,
                    "resolution" => resolution = reader.string()?,
                    _ => reader.skip()?,
                }
                Ok(())
            })?;
            if key == "__metadata" {
                return Ok(());
            }
            add_berry(
                resolution.as_deref().unwrap_or(key),
                version.as_deref(),
                line,
                packages,
            )
        })?;
    }
    Ok(())
}

fn add_berry(
    resolution: &str,
    version: Option<&str>,
    line: u32,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    let (name, reference) = split_at_sign(resolution).unwrap_or((resolution, ""));
    if is_local(reference) {
        return Ok(());
    }
    let Some(version) = version else {
        packages.unpinned(name, Some(line));
        return Ok(());
    };
    let mut found = declared(name, version, line);
    if let Some((url, commit)) = reference.split_once("#commit=") {
        let commit = commit.split('&').next().unwrap_or(commit);
        let vcs_url = format!("git+{url}@{commit}");
        found.qualifiers.push(("vcs_url".to_owned(), vcs_url));
    }
    packages.add(found)
}

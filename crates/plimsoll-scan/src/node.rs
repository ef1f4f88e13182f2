//! What Node's package formats share: names, addresses, folders of modules, licences.

pub(crate) mod folder;
pub(crate) mod specifier;

use plimsoll_model::{Ecosystem, State};

use crate::collector::Collector;
use crate::syntax::json::{JsonReader, Kind};
use crate::{CatalogError, Found};

/// Most licences that are taken of one package.
const LICENSES_MAX: usize = 16;

/// A package by its full name: the scope of `@scope/name` becomes the namespace.
pub(crate) fn package(full_name: &str, version: &str) -> Found {
    let (namespace, name) = match full_name.split_once('/') {
        Some((scope, name)) if scope.starts_with('@') => (Some(scope.to_owned()), name),
        _ => (None, full_name),
    };
    Found {
        namespace,
        ..Found::new(Ecosystem::NPM, name, version)
    }
}

/// A package that a lockfile names.
pub(crate) fn declared(full_name: &str, version: &str, line: u32) -> Found {
    Found {
        state: State::Declared,
        line: Some(line),
        ..package(full_name, version)
    }
}

/// Takes a package that a lockfile names, or counts it where its version is not known.
pub(crate) fn add_locked(
    packages: &mut Collector<'_>,
    full_name: &str,
    version: Option<&str>,
    line: u32,
) -> Result<(), CatalogError> {
    if let Some(version) = version {
        return packages.add(declared(full_name, version, line));
    }
    packages.unpinned(full_name, Some(line));
    Ok(())
}

/// Whether a lockfile came with an installed package: its package manager does not follow it.
pub(crate) fn is_shipped(path: &str) -> bool {
    path.split('/').any(|part| part == "node_modules")
}

/// Reads `license` or `licenses` of a package.json: a text, `{ "type": … }`, or a list of these.
pub(crate) fn read_licenses(
    reader: &mut JsonReader<'_>,
    out: &mut Vec<String>,
) -> Result<(), CatalogError> {
    match reader.kind()? {
        Kind::Array => {
            reader.array(|reader| read_license(reader, out))?;
            Ok(())
        }
        _ => read_license(reader, out),
    }
}

fn read_license(reader: &mut JsonReader<'_>, out: &mut Vec<String>) -> Result<(), CatalogError> {
    let mut license = None;
    match reader.kind()? {
        Kind::Object => {
            reader.object(|reader, key, _| {
                if key == "type" {
                    license = reader.string()?;
                    return Ok(());
                }
                reader.skip()
            })?;
        }
        _ => license = reader.string()?,
    }
    // A package under no licence of its own says so with this word.
    let license = license.filter(|text| text != "UNLICENSED" && !text.starts_with("SEE LICENSE"));
    if out.len() < LICENSES_MAX {
        out.extend(license);
    }
    Ok(())
}

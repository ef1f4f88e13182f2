//! What Composer's files share: an entry of a package.

use plimsoll_model::{Ecosystem, State};

use crate::collector::Collector;
use crate::syntax::json::{JsonReader, Kind};
use crate::{CatalogError, Found};

/// Most licences that are taken of one package.
const LICENSES_MAX: usize = 16;

/// Reads a list of packages. Versions are kept as tagged (`v5.4.0`, `dev-main`); a branch carries
/// the commit it was at.
pub(crate) fn read_packages(
    reader: &mut JsonReader<'_>,
    state: State,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    reader.expect_array(|reader| read_package(reader, state, packages))
}

#[derive(Default)]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    licenses: Vec<String>,
    source: Source,
    line: u32,
}

#[derive(Default)]
struct Source {
    kind: Option<String>,
    url: Option<String>,
    reference: Option<String>,
}

fn read_package(
    reader: &mut JsonReader<'_>,
    state: State,
    packages: &mut Collector<'_>,
) -> Result<(), CatalogError> {
    let mut entry = Entry {
        line: reader.line()?,
        ..Entry::default()
    };
    reader.object(|reader, key, line| {
        match key {
            "name" => {
                entry.name = reader.string()?;
                entry.line = line;
            }
            "version" => entry.version = reader.string()?,
            "license" => read_licenses(reader, &mut entry.licenses)?,
            "source" => entry.source = read_source(reader)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    // Composer compares names without regard to case, and so do advisories.
    let name = entry.name.unwrap_or_default().to_lowercase();
    let Some(version) = entry.version.filter(|_| !name.is_empty()) else {
        packages.unpinned(&name, Some(entry.line));
        return Ok(());
    };
    let (namespace, name) = match name.split_once('/') {
        Some((vendor, name)) => (Some(vendor.to_owned()), name),
        None => (None, name.as_str()),
    };
    let mut found = Found {
        namespace,
        state,
        licenses: entry.licenses,
        line: Some(entry.line),
        ..Found::new(Ecosystem::COMPOSER, name, version)
    };
    let is_branch = found.version.starts_with("dev-") || found.version.ends_with("-dev");
    if let (true, Some(kind), Some(url), Some(reference)) = (
        is_branch,
        entry.source.kind,
        entry.source.url,
        entry.source.reference,
    ) {
        let vcs_url = format!("{kind}+{url}@{reference}");
        found.qualifiers.push(("vcs_url".to_owned(), vcs_url));
    }
    packages.add(found)
}

fn read_licenses(reader: &mut JsonReader<'_>, out: &mut Vec<String>) -> Result<(), CatalogError> {
    let mut take = |license: Option<String>| {
        if out.len() < LICENSES_MAX {
            out.extend(license);
        }
    };
    if reader.kind()? == Kind::Array {
        reader.array(|reader| {
            take(reader.string()?);
            Ok(())
        })?;
        return Ok(());
    }
    take(reader.string()?);
    Ok(())
}

fn read_source(reader: &mut JsonReader<'_>) -> Result<Source, CatalogError> {
    let mut source = Source::default();
    reader.object(|reader, key, _| {
        match key {
            "type" => source.kind = reader.string()?,
            "url" => source.url = reader.string()?,
            "reference" => source.reference = reader.string()?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(source)
}

//! Programs in Bitnami's images, from the documents that lie beside them.
//!
//! `opt/bitnami/APP/.spdx-APP.spdx` is an SPDX 2.3 document in JSON; older images have
//! `opt/bitnami/.bitnami_components.json` instead. Only what has a package URL of Bitnami's own is
//! taken: libraries of languages that the documents name as well are found where they lie.

use std::collections::BTreeMap;

use plimsoll_model::{Ecosystem, Part, Purl, State};
use serde::Deserialize;

use crate::problems::Problems;
use crate::{CatalogError, Cataloger, Facts, File, Found, Pattern};

const COMPONENTS: &str = ".bitnami_components.json";

/// Longest name, version or licence that is taken, in bytes.
const TEXT_BYTES_MAX: usize = 256;

/// Packages that one document may name.
const PACKAGES_MAX: usize = 10_000;

/// See the module.
pub struct Bitnami;

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    packages: Vec<Described>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    license_concluded: Option<String>,
    license_declared: Option<String>,
    #[serde(default)]
    external_refs: Vec<Reference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    reference_type: String,
    reference_locator: String,
}

#[derive(Deserialize)]
struct Component {
    version: String,
    arch: Option<String>,
    distro: Option<String>,
}

impl Cataloger for Bitnami {
    fn id(&self) -> &'static str {
        "bitnami"
    }

    fn version(&self) -> u32 {
        1
    }

    fn describe(&self) -> &'static str {
        "programs in Bitnami's images: opt/bitnami/*/.spdx-*.spdx and .bitnami_components.json"
    }

    fn state(&self) -> State {
        State::Installed
    }

    fn patterns(&self) -> &'static [Pattern] {
        &[Pattern::Under("opt/bitnami")]
    }

    fn wants(&self, path: &str, _mode: u32, _size_bytes: u64) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        name == COMPONENTS || name.starts_with(".spdx-") && name.strip_suffix(".spdx").is_some()
    }

    fn read(&self, file: &File<'_>, out: &mut Facts) -> Result<(), CatalogError> {
        let bytes = file.bytes()?;
        if file.name() == COMPONENTS {
            return read_components(&bytes, out);
        }
        let document: Document = parse(&bytes)?;
        let mut problems = Problems::new();
        for described in &document.packages {
            for reference in &described.external_refs {
                let is_bitnami = reference.reference_type == "purl"
                    && reference.reference_locator.starts_with("pkg:bitnami/");
                if !is_bitnami {
                    continue;
                }
                if out.packages.len() >= PACKAGES_MAX {
                    return Err(CatalogError::new(format!(
                        "package limit ({PACKAGES_MAX}) reached"
                    )));
                }
                match found(&reference.reference_locator, described) {
                    Some(found) => out.packages.push(found),
                    None => problems.note(|| "package URL is not understood".to_owned()),
                }
            }
        }
        if out.packages.is_empty() {
            problems.note(|| "document describes no program of Bitnami's".to_owned());
        }
        problems.into_result()
    }
}

fn parse<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, CatalogError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        CatalogError::new(format!(
            "not the expected JSON at line {line}, column {column}"
        ))
    })
}

/// The package of a URL such as `pkg:bitnami/redis@7.0.5-0?arch=amd64&distro=debian-11`.
fn found(purl: &str, described: &Described) -> Option<Found> {
    let parts = purl.parse::<Purl>().ok()?.parts()?;
    let version = parts.version?;
    let fits = |text: &str| (1..=TEXT_BYTES_MAX).contains(&text.len());
    if !fits(&parts.name) || !fits(&version) {
        return None;
    }
    let said = |text: &&String| !matches!(text.as_str(), "NOASSERTION" | "NONE") && fits(text);
    let license = described
        .license_concluded
        .as_ref()
        .filter(said)
        .or(described.license_declared.as_ref().filter(said));
    let (arch, qualifiers): (Vec<_>, Vec<_>) = parts
        .qualifiers
        .into_iter()
        .filter(|(key, value)| matches!(key.as_str(), "arch" | "distro") && fits(value))
        .partition(|(key, _)| key == "arch");
    Some(Found {
        part: Part::Application,
        arch: arch.first().map(|(_, value)| value.clone()),
        licenses: license.into_iter().cloned().collect(),
        qualifiers: [arch, qualifiers].concat(),
        ..Found::new(Ecosystem::BITNAMI, parts.name, version)
    })
}

fn read_components(bytes: &[u8], out: &mut Facts) -> Result<(), CatalogError> {
    let components: BTreeMap<String, Component> = parse(bytes)?;
    if components.is_empty() {
        return Err(CatalogError::new(
            "document describes no program of Bitnami's",
        ));
    }
    let mut problems = Problems::new();
    for (name, component) in components {
        if out.packages.len() >= PACKAGES_MAX {
            return Err(CatalogError::new(format!(
                "package limit ({PACKAGES_MAX}) reached"
            )));
        }
        if !is_word(&name) || !is_word(&component.version) {
            problems.note(|| "component without a usable name or version".to_owned());
            continue;
        }
        let arch = component.arch.filter(|arch| is_word(arch));
        let distro = component.distro.filter(|distro| is_word(distro));
        let qualifiers = [("arch", arch.clone()), ("distro", distro)]
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect();
        out.packages.push(Found {
            part: Part::Application,
            qualifiers,
            arch,
            ..Found::new(Ecosystem::BITNAMI, name, component.version)
        });
    }
    problems.into_result()
}

/// Not empty, not long, and without spaces or control characters.
fn is_word(text: &str) -> bool {
    (1..=TEXT_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read;

    const SPDX: &str = r#"{"SPDXID": "SPDXRef-DOCUMENT", "spdxVersion": "SPDX-2.3", "packages": [
        {"SPDXID": "SPDXRef-Package-redis", "name": "redis", "versionInfo": "7.0.5",
         "licenseConcluded": "NOASSERTION", "licenseDeclared": "BSD-3-Clause",
         "externalRefs": [
            {"referenceCategory": "SECURITY", "referenceType": "cpe23Type",
             "referenceLocator": "cpe:2.3:a:redis:redis:7.0.5:*:*:*:*:*:*:*"},
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
             "referenceLocator": "pkg:bitnami/redis@7.0.5-0?arch=amd64&distro=debian-11"}]},
        {"SPDXID": "x", "name": "lodash", "externalRefs": [
            {"referenceType": "purl", "referenceLocator": "pkg:npm/lodash@4.17.21"}]}]}"#;

    fn check(path: &str, text: &str, expected: &[&str], error: Option<&str>) {
        let (facts, reason) = read(&Bitnami, path, text);
        let found: Vec<String> = facts
            .packages
            .iter()
            .map(|found| {
                let qualifiers: Vec<String> = found
                    .qualifiers
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect();
                let licenses = found.licenses.join(",");
                format!(
                    "{}@{} {} {licenses}",
                    found.name,
                    found.version,
                    qualifiers.join("&")
                )
            })
            .collect();
        assert_eq!(found, expected);
        assert_eq!(reason.as_deref(), error);
    }

    #[test]
    fn a_document_beside_a_program() {
        check(
            "opt/bitnami/redis/.spdx-redis.spdx",
            SPDX,
            &["redis@7.0.5-0 arch=amd64&distro=debian-11 BSD-3-Clause"],
            None,
        );
    }

    #[test]
    fn the_list_of_older_images() {
        check(
            "opt/bitnami/.bitnami_components.json",
            r#"{"redis": {"arch": "amd64", "distro": "debian-11", "type": "NAMI", "version": "7.0.5-0"},
                "gosu": {"version": "1.14.0-7"}}"#,
            &[
                "gosu@1.14.0-7  ",
                "redis@7.0.5-0 arch=amd64&distro=debian-11 ",
            ],
            None,
        );
    }

    #[test]
    fn what_says_nothing_is_said() {
        let spdx = "opt/bitnami/redis/.spdx-redis.spdx";
        let nothing = Some("document describes no program of Bitnami's");
        check(spdx, r#"{"packages": []}"#, &[], nothing);
        check(spdx, "{}", &[], nothing);
        check("opt/bitnami/.bitnami_components.json", "{}", &[], nothing);
        check(
            spdx,
            "{",
            &[],
            Some("not the expected JSON at line 1, column 1"),
        );
        let deep = "[".repeat(100_000);
        let (facts, reason) = read(&Bitnami, spdx, deep);
        assert!(facts.packages.is_empty() && reason.is_some());
    }

    #[test]
    fn only_these_files_are_wanted() {
        assert!(Bitnami.wants("opt/bitnami/redis/.spdx-redis.spdx", 0o644, 1));
        assert!(Bitnami.wants("opt/bitnami/.bitnami_components.json", 0o644, 1));
        assert!(!Bitnami.wants("opt/bitnami/redis/bin/redis-server", 0o755, 1));
    }
}

//! The form in which a layer's facts are kept in the cache.
//!
//! Domain types are not serialisable; these mirrors are, in `postcard`'s compact encoding behind a
//! checksum. The form carries no version of its own: the cache key does ([`FORM_VERSION`]).

use plimsoll_model::{Date, Distribution, Ecosystem, Part, SourcePackage, State, Unknown};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::layer::{FileFacts, LayerFacts};
use crate::{Facts, Found, OwnedFiles, PackageLicenses};

/// Counts up when the stored form changes: part of each cache key.
pub const FORM_VERSION: u32 = 4;

/// Bytes of the checksum in front.
pub(crate) const CHECKSUM_BYTES: usize = 8;

/// A stored document that cannot be used; the layer is read again then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("decode stored layer: {0}")]
pub struct StoredError(&'static str);

/// A layer as stored: what the catalogers said, and the layer's own index of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLayer {
    pub facts: LayerFacts,
    /// As `plimsoll_image` encodes it.
    pub index: Vec<u8>,
    /// What of the layer itself was not looked at; without `layer`, which is the key.
    pub unknowns: Vec<Unknown>,
}

#[derive(Serialize, Deserialize)]
struct LayerForm {
    files: Vec<FileForm>,
    index: Vec<u8>,
    unknowns: Vec<(Option<String>, String)>,
}

#[derive(Serialize, Deserialize)]
struct FileForm {
    path: String,
    cataloger: String,
    packages: Vec<FoundForm>,
    owned: Vec<OwnedForm>,
    licenses: Vec<(String, Vec<String>)>,
    os: Option<OsForm>,
    unknowns: Vec<(Option<String>, String)>,
}

#[derive(Serialize, Deserialize)]
struct FoundForm {
    ecosystem: String,
    namespace: Option<String>,
    name: String,
    version: String,
    arch: Option<String>,
    part: u8,
    state: u8,
    source: Option<(String, String)>,
    licenses: Vec<String>,
    qualifiers: Vec<(String, String)>,
    inside: Option<String>,
    line: Option<u32>,
    module: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct OwnedForm {
    package: String,
    arch: Option<String>,
    paths: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct OsForm {
    id: String,
    id_like: Vec<String>,
    version_id: Option<String>,
    codename: Option<String>,
    pretty_name: Option<String>,
    eol: Option<(i16, i8, i8)>,
}

/// Encodes a layer for the cache.
pub fn encode(layer: &StoredLayer) -> Vec<u8> {
    let form = LayerForm {
        files: layer.facts.iter().map(file_form).collect(),
        index: layer.index.clone(),
        unknowns: unknown_forms(&layer.unknowns),
    };
    // Writing plain data to memory cannot fail; an empty document is refused when read.
    seal(&postcard::to_allocvec(&form).unwrap_or_default())
}

/// Puts a checksum in front: a disk that forgets or changes something must not change a result.
pub fn seal(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(CHECKSUM_BYTES + body.len());
    out.extend_from_slice(&xxh3_64(body).to_le_bytes());
    out.extend_from_slice(body);
    out
}

/// What [`seal`] was given, if it is that to the bit.
pub fn unseal(bytes: &[u8]) -> Result<&[u8], StoredError> {
    let (checksum, body) = bytes
        .split_first_chunk::<CHECKSUM_BYTES>()
        .ok_or(StoredError("cut short"))?;
    if u64::from_le_bytes(*checksum) != xxh3_64(body) {
        return Err(StoredError("checksum differs"));
    }
    Ok(body)
}

/// Decodes what [`encode`] wrote; whatever differs by a single bit is refused.
pub fn decode(bytes: &[u8]) -> Result<StoredLayer, StoredError> {
    let form: LayerForm = postcard::from_bytes(unseal(bytes)?)
        .map_err(|_| StoredError("not in the expected form"))?;
    let facts = form
        .files
        .into_iter()
        .map(file_facts)
        .collect::<Option<_>>();
    let facts = facts.ok_or(StoredError("value out of range"))?;
    Ok(StoredLayer {
        facts,
        index: form.index,
        unknowns: unknowns(form.unknowns),
    })
}

fn file_form(file: &FileFacts) -> FileForm {
    FileForm {
        path: file.path.clone(),
        cataloger: file.cataloger.clone(),
        packages: file.facts.packages.iter().map(found_form).collect(),
        owned: file
            .facts
            .owned
            .iter()
            .map(|owned| OwnedForm {
                package: owned.package.clone(),
                arch: owned.arch.clone(),
                paths: owned.paths.clone(),
            })
            .collect(),
        licenses: file
            .facts
            .licenses
            .iter()
            .map(|told| (told.package.clone(), told.licenses.clone()))
            .collect(),
        os: file.facts.os.as_ref().map(os_form),
        unknowns: unknown_forms(&file.facts.unknowns),
    }
}

fn file_facts(form: FileForm) -> Option<FileFacts> {
    let facts = Facts {
        packages: form
            .packages
            .into_iter()
            .map(found)
            .collect::<Option<_>>()?,
        owned: form
            .owned
            .into_iter()
            .map(|owned| OwnedFiles {
                package: owned.package,
                arch: owned.arch,
                paths: owned.paths,
            })
            .collect(),
        licenses: form
            .licenses
            .into_iter()
            .map(|(package, licenses)| PackageLicenses { package, licenses })
            .collect(),
        os: match form.os {
            Some(os) => Some(distribution(os)?),
            None => None,
        },
        unknowns: unknowns(form.unknowns),
    };
    Some(FileFacts {
        path: form.path,
        cataloger: form.cataloger,
        facts,
    })
}

fn unknown_forms(unknowns: &[Unknown]) -> Vec<(Option<String>, String)> {
    unknowns
        .iter()
        .map(|unknown| (unknown.path.clone(), unknown.reason.clone()))
        .collect()
}

fn unknowns(forms: Vec<(Option<String>, String)>) -> Vec<Unknown> {
    forms
        .into_iter()
        .map(|(path, reason)| Unknown {
            path,
            layer: None,
            reason,
        })
        .collect()
}

fn found_form(found: &Found) -> FoundForm {
    FoundForm {
        ecosystem: found.ecosystem.as_str().to_owned(),
        namespace: found.namespace.clone(),
        name: found.name.clone(),
        version: found.version.clone(),
        arch: found.arch.clone(),
        part: position(&Part::ALL, found.part),
        state: position(&State::ALL, found.state),
        source: found
            .source
            .as_ref()
            .map(|s| (s.name.clone(), s.version.clone())),
        licenses: found.licenses.clone(),
        qualifiers: found.qualifiers.clone(),
        inside: found.inside.clone(),
        line: found.line,
        module: found.module.clone(),
    }
}

fn found(form: FoundForm) -> Option<Found> {
    Some(Found {
        ecosystem: Ecosystem::new(&form.ecosystem),
        namespace: form.namespace,
        name: form.name,
        version: form.version,
        arch: form.arch,
        part: *Part::ALL.get(usize::from(form.part))?,
        state: *State::ALL.get(usize::from(form.state))?,
        source: form
            .source
            .map(|(name, version)| SourcePackage { name, version }),
        licenses: form.licenses,
        qualifiers: form.qualifiers,
        inside: form.inside,
        line: form.line,
        module: form.module,
    })
}

fn os_form(os: &Distribution) -> OsForm {
    OsForm {
        id: os.id.clone(),
        id_like: os.id_like.clone(),
        version_id: os.version_id.clone(),
        codename: os.codename.clone(),
        pretty_name: os.pretty_name.clone(),
        eol: os.eol.map(|day| (day.year(), day.month(), day.day())),
    }
}

fn distribution(form: OsForm) -> Option<Distribution> {
    Some(Distribution {
        id: form.id,
        id_like: form.id_like,
        version_id: form.version_id,
        codename: form.codename,
        pretty_name: form.pretty_name,
        eol: match form.eol {
            Some((year, month, day)) => Some(Date::new(year, month, day).ok()?),
            None => None,
        },
    })
}

/// Position of a value in the list of all values of its kind.
fn position<T: PartialEq + Copy>(all: &[T], value: T) -> u8 {
    all.iter()
        .position(|candidate| *candidate == value)
        .unwrap_or(all.len()) as u8
}

#[cfg(test)]
mod tests {
    use plimsoll_model::Part;

    use super::*;

    fn sample() -> StoredLayer {
        let mut found = Found::new(Ecosystem::DEB, "bash", "5.2-1");
        found.part = Part::Os;
        found.source = Some(SourcePackage {
            name: "bash".into(),
            version: "5.2-1".into(),
        });
        let facts = Facts {
            packages: vec![found],
            owned: vec![OwnedFiles {
                package: "bash".into(),
                arch: None,
                paths: vec![1, 2],
            }],
            licenses: vec![PackageLicenses {
                package: "bash".into(),
                licenses: vec!["GPL-3.0-or-later".into()],
            }],
            os: Some(Distribution {
                id: "debian".into(),
                eol: Date::new(2028, 6, 30).ok(),
                ..Distribution::default()
            }),
            unknowns: vec![Unknown::at("x.jar", "depth"), Unknown::whole("cut")],
        };
        let file = FileFacts {
            path: "a/b".into(),
            cataloger: "dpkg-status".into(),
            facts,
        };
        StoredLayer {
            facts: vec![file],
            index: vec![7, 7, 7],
            unknowns: vec![Unknown::at("dev/x", "cut")],
        }
    }

    #[test]
    fn survives_a_round_trip() {
        assert_eq!(decode(&encode(&sample())), Ok(sample()));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = encode(&sample());
        for position in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[position] ^= 1;
            assert!(decode(&broken).is_err(), "byte {position}");
        }
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "length {length}");
        }
    }
}

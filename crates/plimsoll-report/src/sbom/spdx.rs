//! SPDX 2.2 and 2.3: what both spellings share, and the JSON spelling.
//!
//! Reads packages with their purl, licence, places (syft: files by relationship; Trivy: remarks),
//! source package, and the distribution. Snippets, reviews and checksums of files are not read.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_model::{Inventory, Location, SourcePackage, Unknown};
use serde_json::Value;

use super::described::{self, Builder, Described};
use super::properties::Read;
use super::stream::{self, Sink, Want, list, text};
use super::{FILES_MAX, SbomError};

/// Most relationships that are kept.
const RELATIONSHIPS_MAX: usize = 4_000_000;

/// One package as either spelling gives it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct SpdxPackage {
    pub id: String,
    pub name: String,
    pub version: String,
    pub purl: Option<String>,
    pub declared: Option<String>,
    pub concluded: Option<String>,
    pub source_info: Option<String>,
    pub purpose: Option<String>,
    /// Comments of annotations, and attribution texts: where tools put what has no field.
    pub remarks: Vec<String>,
}

/// A document while it is read.
pub struct Document {
    pub name: String,
    builder: Builder,
    packages: Vec<SpdxPackage>,
    /// Files by id: path and comment.
    files: BTreeMap<String, (String, Option<String>)>,
    /// Extracted licence texts by id: name, else the text.
    licenses: BTreeMap<String, String>,
    relationships: Vec<(String, String, String)>,
    /// Annotations that stand apart from what they are about.
    annotations: Vec<(String, String)>,
    describes: BTreeSet<String>,
    dropped: usize,
}

impl Document {
    pub fn new() -> Self {
        Self {
            name: String::new(),
            builder: Builder::new("spdx"),
            packages: Vec::new(),
            files: BTreeMap::new(),
            licenses: BTreeMap::new(),
            relationships: Vec::new(),
            annotations: Vec::new(),
            describes: BTreeSet::new(),
            dropped: 0,
        }
    }

    pub fn unknown(&mut self, reason: String) {
        self.builder.unknown(Unknown::whole(reason));
    }

    pub fn package(&mut self, package: SpdxPackage) {
        if self.packages.len() < super::PACKAGES_MAX {
            self.packages.push(package);
        } else {
            self.dropped += 1;
        }
    }

    pub fn file(&mut self, id: String, path: String, comment: Option<String>) {
        if self.files.len() < FILES_MAX {
            self.files.insert(id, (path, comment));
        }
    }

    pub fn license(&mut self, id: String, name: Option<String>, text: Option<String>) {
        let unnamed = |name: &String| name != "NOASSERTION" && name != "NONE";
        if let Some(text) = name.filter(unnamed).or(text) {
            self.licenses.insert(id, text);
        }
    }

    pub fn relationship(&mut self, from: String, kind: &str, to: String) {
        match kind {
            "DESCRIBES" => {
                self.describes.insert(to);
            }
            "DESCRIBED_BY" => {
                self.describes.insert(from);
            }
            "OTHER" | "CONTAINS" | "CONTAINED_BY" | "PACKAGE_OF"
                if self.relationships.len() < RELATIONSHIPS_MAX =>
            {
                self.relationships.push((from, kind.to_owned(), to));
            }
            _ => {}
        }
    }

    pub fn describes(&mut self, id: String) {
        self.describes.insert(id);
    }

    pub fn annotation(&mut self, subject: String, comment: String) {
        self.annotations.push((subject, comment));
    }

    pub fn finish(mut self) -> Inventory {
        if self.dropped > 0 {
            let reason = format!("package limit reached, {} packages left out", self.dropped);
            self.unknown(reason);
        }
        let mut remarks: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for (subject, comment) in &self.annotations {
            remarks.entry(subject).or_default().push(comment);
        }
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut containers: BTreeMap<&str, &str> = BTreeMap::new();
        for (from, kind, to) in &self.relationships {
            let (outer, inner) = match kind.as_str() {
                "CONTAINED_BY" | "PACKAGE_OF" => (to, from),
                _ => (from, to),
            };
            if self.files.contains_key(inner) {
                files.entry(outer).or_default().push(inner);
            } else if kind != "OTHER" {
                containers.insert(inner, outer);
            }
        }
        let mut builder = self.builder;
        builder.target.name.clone_from(&self.name);
        for comment in remarks.get("SPDXRef-DOCUMENT").into_iter().flatten() {
            builder.apply(&own_properties(comment));
        }
        for package in &self.packages {
            let mut all: Vec<&String> = package.remarks.iter().collect();
            all.extend(remarks.get(package.id.as_str()).into_iter().flatten());
            let read: Read = all.iter().flat_map(|text| own_pairs(text)).collect();
            match package.purpose.as_deref().map(purpose).as_deref() {
                Some("OPERATING-SYSTEM") => {
                    let version = Some(package.version.clone());
                    let os = described::named_distribution(&package.name, version);
                    if let Some(mut os) = os {
                        read.complete(&mut os);
                        builder.target.os = Some(os);
                    }
                    continue;
                }
                _ if self.describes.contains(&package.id) && !is_counted(package) => {
                    target(&mut builder, package, &read);
                    continue;
                }
                // A lockfile or folder that holds others, as Trivy writes it.
                Some("APPLICATION" | "SOURCE") if package.purl.is_none() => continue,
                _ => {}
            }
            let owner = containers.get(package.id.as_str()).copied();
            let owner = owner.filter(|_| read.ours("owned") == Some("true"));
            let places = files
                .get(package.id.as_str())
                .map_or(&[][..], Vec::as_slice);
            let places = places
                .iter()
                .filter_map(|id| self.files.get(*id))
                .map(place);
            let described = described(package, &all, read, places.collect(), &self.licenses);
            builder.package(&package.id, described, owner);
        }
        builder.finish()
    }
}

/// Whether what the document describes is a package itself, and not the thing it was found in.
fn is_counted(package: &SpdxPackage) -> bool {
    let is_image = |purl: &String| purl.starts_with("pkg:oci/") || purl.starts_with("pkg:docker/");
    package.purl.as_ref().is_some_and(|purl| !is_image(purl))
}

/// The thing that the document is about.
fn target(builder: &mut Builder, package: &SpdxPackage, read: &Read) {
    builder.target.name.clone_from(&package.name);
    builder.target.digest = described::digest(&package.version);
    let is_container = package.purpose.as_deref().map(purpose).as_deref() == Some("CONTAINER");
    if is_container
        && builder.target.digest.is_none()
        && !package.version.is_empty()
        && !package.name.contains(':')
    {
        builder.target.name = format!("{}:{}", package.name, package.version);
    }
    builder.apply(read);
}

/// JSON spells it with an underscore, tag-value with a hyphen.
fn purpose(text: &str) -> String {
    text.replace('_', "-")
}

/// The pairs of one of our own annotations: a JSON object of texts.
fn own_pairs(comment: &str) -> Vec<(String, String)> {
    if !comment.starts_with("{\"plimsoll:") {
        return Vec::new();
    }
    match serde_json::from_str(comment) {
        Ok(Value::Object(map)) => map
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
            .collect(),
        _ => Vec::new(),
    }
}

fn own_properties(comment: &str) -> Read {
    own_pairs(comment).into_iter().collect()
}

/// syft: a file with its layer in the comment.
fn place((path, comment): &(String, Option<String>)) -> Location {
    let layer = comment
        .as_deref()
        .and_then(|comment| comment.strip_prefix("layerID: "))
        .and_then(|id| described::digest(id.trim()));
    Location::file(described::path(path)).in_layer(layer)
}

fn described(
    package: &SpdxPackage,
    remarks: &[&String],
    read: Read,
    mut locations: Vec<Location>,
    extracted: &BTreeMap<String, String>,
) -> Described {
    let remark = |key: &str| {
        remarks
            .iter()
            .find_map(|text| text.strip_prefix(key)?.strip_prefix(": "))
            .map(|value| value.trim().to_owned())
    };
    if locations.is_empty() {
        let layer = remark("LayerDiffID").as_deref().and_then(described::digest);
        if let Some(path) = remark("FilePath") {
            locations.push(Location::file(described::path(&path)).in_layer(layer));
        } else if let Some(paths) = acquired(package.source_info.as_deref()) {
            locations = paths
                .map(|path| Location::file(described::path(path)))
                .collect();
        }
    }
    let license = [&package.declared, &package.concluded]
        .into_iter()
        .flatten()
        .find(|text| !matches!(text.as_str(), "NOASSERTION" | "NONE" | ""));
    Described {
        name: package.name.clone(),
        version: package.version.clone(),
        purl: package.purl.clone(),
        licenses: license
            .map(|text| extracted.get(text).unwrap_or(text).clone())
            .into_iter()
            .collect(),
        locations,
        source: built_from(package.source_info.as_deref()),
        cataloger: None,
        application: package.purpose.as_deref() == Some("APPLICATION"),
        module: None,
        properties: read,
    }
}

/// Trivy: `built package from: openssl 3.0.15-1`.
fn built_from(info: Option<&str>) -> Option<SourcePackage> {
    let (name, version) = info?
        .strip_prefix("built package from: ")?
        .split_once(' ')?;
    Some(SourcePackage {
        name: name.to_owned(),
        version: version.to_owned(),
    })
}

/// syft: `acquired package info from DPKG DB: /var/lib/dpkg/status, /usr/share/doc/x/copyright`.
fn acquired(info: Option<&str>) -> Option<impl Iterator<Item = &str>> {
    let (_, paths) = info?
        .strip_prefix("acquired package info from ")?
        .split_once(": ")?;
    Some(paths.split(", ").filter(|path| !path.is_empty()))
}

pub fn read(bytes: &[u8]) -> Result<Inventory, SbomError> {
    let mut reader = Reader {
        document: Document::new(),
    };
    stream::read(bytes, &mut reader).map_err(|error| SbomError::Broken {
        form: "SPDX JSON",
        reason: error.to_string(),
    })?;
    Ok(reader.document.finish())
}

struct Reader {
    document: Document,
}

impl Sink for Reader {
    fn want(&self, key: &str) -> Want {
        match key {
            "packages"
            | "files"
            | "relationships"
            | "hasExtractedLicensingInfos"
            | "annotations"
            | "documentDescribes" => Want::Entries,
            "name" => Want::Whole,
            _ => Want::Nothing,
        }
    }

    fn entry(&mut self, key: &str, index: usize, value: Value) {
        let document = &mut self.document;
        match key {
            "packages" if value.is_object() => document.package(package(&value)),
            "packages" => {
                document.unknown(format!("packages[{index}] of the document is no object"));
            }
            "files" => {
                if let (Some(id), Some(path)) = (text(&value, "SPDXID"), text(&value, "fileName")) {
                    document.file(id, path, text(&value, "comment"));
                }
            }
            "relationships" => {
                let part = |key| text(&value, key).unwrap_or_default();
                document.relationship(
                    part("spdxElementId"),
                    &part("relationshipType"),
                    part("relatedSpdxElement"),
                );
            }
            "hasExtractedLicensingInfos" => {
                if let Some(id) = text(&value, "licenseId") {
                    document.license(id, text(&value, "name"), text(&value, "extractedText"));
                }
            }
            "annotations" => {
                let subject = text(&value, "SPDXREF");
                let subject = subject.unwrap_or_else(|| "SPDXRef-DOCUMENT".to_owned());
                if let Some(comment) = text(&value, "comment") {
                    document.annotation(subject, comment);
                }
            }
            _ => {
                if let Some(id) = value.as_str() {
                    document.describes(id.to_owned());
                }
            }
        }
    }

    fn value(&mut self, key: &str, value: Value) {
        match key {
            "name" => value
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut self.document.name),
            "packages" if !value.is_null() && !value.is_array() => {
                self.document
                    .unknown("`packages` of the document is no list".to_owned());
            }
            _ => {}
        }
    }
}

fn package(value: &Value) -> SpdxPackage {
    let purl = list(value, "externalRefs").iter().find_map(|reference| {
        let kind = text(reference, "referenceType")?;
        // Written by some tools as a URL of the type.
        (kind == "purl" || kind.ends_with("/purl"))
            .then(|| text(reference, "referenceLocator"))
            .flatten()
    });
    let comments = list(value, "annotations").iter();
    let texts = list(value, "attributionTexts").iter();
    SpdxPackage {
        id: text(value, "SPDXID").unwrap_or_default(),
        name: text(value, "name").unwrap_or_default(),
        version: text(value, "versionInfo").unwrap_or_default(),
        purl,
        declared: text(value, "licenseDeclared"),
        concluded: text(value, "licenseConcluded"),
        source_info: text(value, "sourceInfo"),
        purpose: text(value, "primaryPackagePurpose"),
        remarks: comments
            .filter_map(|annotation| text(annotation, "comment"))
            .chain(texts.filter_map(|text| text.as_str().map(str::to_owned)))
            .collect(),
    }
}

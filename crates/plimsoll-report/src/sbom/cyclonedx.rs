//! CycloneDX as JSON, specification 1.2 to 1.7, with the properties of syft, Trivy and our own.
//!
//! Nested components are packages like any other, but for those that our own documents mark as
//! owned. Services, machine learning models, files and cryptographic assets are no packages.

use plimsoll_model::{Inventory, Location, SourcePackage, Unknown};
use serde_json::Value;

use super::described::{self, Builder, Described};
use super::properties::Read;
use super::stream::{self, Sink, Want, list, text};
use super::{SbomError, TEXT_BYTES_MAX};

/// Most nesting of components; serde_json refuses deeper documents as a whole.
const DEPTH_MAX: usize = 64;

const FORM: &str = "cyclonedx";
/// Versions of the specification that this was written for.
const VERSIONS: [&str; 6] = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];

pub fn read(bytes: &[u8]) -> Result<Inventory, SbomError> {
    let mut reader = Reader {
        builder: Builder::new(FORM),
    };
    stream::read(bytes, &mut reader).map_err(|error| SbomError::Broken {
        form: "CycloneDX",
        reason: error.to_string(),
    })?;
    Ok(reader.builder.finish())
}

struct Reader {
    builder: Builder,
}

impl Sink for Reader {
    fn want(&self, key: &str) -> Want {
        match key {
            "components" => Want::Entries,
            "metadata" | "specVersion" => Want::Whole,
            _ => Want::Nothing,
        }
    }

    fn entry(&mut self, _: &str, index: usize, value: Value) {
        if value.is_object() {
            self.component(&value);
        } else {
            let reason = format!("components[{index}] of the document is no object");
            self.builder.unknown(Unknown::whole(reason));
        }
    }

    fn value(&mut self, key: &str, value: Value) {
        match key {
            "metadata" => self.metadata(&value),
            "specVersion" => self.version(&value),
            "components" if !value.is_null() && !value.is_array() => {
                let reason = "`components` of the document is no list";
                self.builder.unknown(Unknown::whole(reason));
            }
            _ => {}
        }
    }
}

impl Reader {
    /// A newer document is read as far as it is like those known; that there may be more is said.
    fn version(&mut self, value: &Value) {
        let is_known = value
            .as_str()
            .is_some_and(|version| VERSIONS.contains(&version));
        if !is_known {
            let reason = format!("version {value} of CycloneDX is not one of those that are known");
            self.builder.unknown(Unknown::whole(reason));
        }
    }

    /// What the document is about.
    fn metadata(&mut self, metadata: &Value) {
        let read = properties(metadata);
        if let Some(component) = metadata.get("component") {
            let target = &mut self.builder.target;
            let name = text(component, "name").unwrap_or_default();
            let version = text(component, "version").unwrap_or_default();
            let is_container = text(component, "type").as_deref() == Some("container");
            target.digest = described::digest(&version);
            target.name = if is_container && !version.is_empty() && target.digest.is_none() {
                format!("{name}:{version}")
            } else {
                name
            };
            let own = properties(component);
            self.builder.apply(&own);
        }
        self.builder.apply(&read);
    }

    fn component(&mut self, component: &Value) {
        // Breadth first with a list of its own, so that depth costs no stack.
        let mut waiting: Vec<(&Value, Option<String>, usize)> = vec![(component, None, 0)];
        while let Some((component, parent, depth)) = waiting.pop() {
            let kind = text(component, "type").unwrap_or_default();
            let read = properties(component);
            let id = text(component, "bom-ref").unwrap_or_default();
            match kind.as_str() {
                "operating-system" => self.operating_system(component, &read),
                "file" | "machine-learning-model" | "data" | "cryptographic-asset" | "device" => {}
                _ => {
                    let owned = read.ours("owned") == Some("true");
                    let owner = parent.filter(|_| owned);
                    // A mere folder of others: a lockfile, an image inside an image.
                    let is_group = component.get("purl").is_none()
                        && (!list(component, "components").is_empty()
                            || is_lockfile(component, &read));
                    if !is_group {
                        let described = described(component, &kind, read);
                        self.builder.package(&id, described, owner.as_deref());
                    }
                }
            }
            let nested = list(component, "components");
            if depth >= DEPTH_MAX && !nested.is_empty() {
                let reason = format!("component depth limit ({DEPTH_MAX}) reached");
                self.builder.unknown(Unknown::whole(reason));
                continue;
            }
            waiting.extend(
                nested
                    .iter()
                    .rev()
                    .map(|inner| (inner, Some(id.clone()), depth + 1)),
            );
        }
    }

    fn operating_system(&mut self, component: &Value, read: &Read) {
        let property = |name: &str| read.get(name).map(str::to_owned);
        let name = property("syft:distro:id").or_else(|| text(component, "name"));
        let version = property("syft:distro:versionID").or_else(|| text(component, "version"));
        let Some(mut os) = described::named_distribution(&name.unwrap_or_default(), version) else {
            return;
        };
        os.codename = property("syft:distro:versionCodename");
        os.pretty_name = property("syft:distro:prettyName");
        os.id_like = (0..16)
            .map_while(|index| property(&format!("syft:distro:idLike:{index}")))
            .collect();
        read.complete(&mut os);
        self.builder.target.os = Some(os);
    }
}

/// Trivy lists each lockfile as an application without a purl.
fn is_lockfile(component: &Value, read: &Read) -> bool {
    text(component, "type").as_deref() == Some("application")
        && read.get("aquasecurity:trivy:Class").is_some()
}

fn described(component: &Value, kind: &str, read: Read) -> Described {
    let trivy = |key: &str| {
        read.get(&format!("aquasecurity:trivy:{key}"))
            .map(str::to_owned)
    };
    let name = text(component, "name").unwrap_or_default();
    let licenses = licenses(component);
    Described {
        version: text(component, "version").unwrap_or_default(),
        purl: text(component, "purl"),
        licenses,
        locations: locations(component, &read),
        source: trivy("SrcName").map(|name| SourcePackage {
            name,
            version: trivy_version(&trivy),
        }),
        cataloger: read.get("syft:package:foundBy").map(str::to_owned),
        application: kind == "application",
        module: trivy("Modularitylabel")
            .or_else(|| read.get("syft:metadata:modularityLabel").map(str::to_owned)),
        properties: read,
        name,
    }
}

/// Epoch, version and release, which Trivy keeps apart.
fn trivy_version(trivy: &dyn Fn(&str) -> Option<String>) -> String {
    let mut version = trivy("SrcVersion").unwrap_or_default();
    if let Some(release) = trivy("SrcRelease") {
        version = format!("{version}-{release}");
    }
    match trivy("SrcEpoch") {
        Some(epoch) if epoch != "0" => format!("{epoch}:{version}"),
        _ => version,
    }
}

/// Ids, names and expressions, as found.
fn licenses(component: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for entry in list(component, "licenses") {
        let license = entry.get("license");
        let named =
            license.and_then(|license| text(license, "id").or_else(|| text(license, "name")));
        let license = named
            .or_else(|| text(entry, "expression"))
            .or_else(|| entry.as_str().map(str::to_owned));
        found.extend(license.filter(|license| license.len() <= TEXT_BYTES_MAX));
    }
    found
}

/// Places by the properties of syft and Trivy, else by the evidence of the specification.
fn locations(component: &Value, read: &Read) -> Vec<Location> {
    let mut found: Vec<Location> = (0..1_000)
        .map_while(|index| {
            let path = read.get(&format!("syft:location:{index}:path"))?;
            let layer = read.get(&format!("syft:location:{index}:layerID"));
            Some(Location::file(described::path(path)).in_layer(layer.and_then(described::digest)))
        })
        .collect();
    if found.is_empty() {
        let layer = read
            .get("aquasecurity:trivy:LayerDiffID")
            .and_then(described::digest);
        if let Some(path) = read.get("aquasecurity:trivy:FilePath") {
            found.push(Location::file(described::path(path)).in_layer(layer));
        }
    }
    if found.is_empty() {
        let occurrences = component
            .get("evidence")
            .map_or(&[][..], |e| list(e, "occurrences"));
        for occurrence in occurrences.iter().take(1_000) {
            if let Some(path) = text(occurrence, "location") {
                let mut location = Location::file(described::path(&path));
                location.line = occurrence
                    .get("line")
                    .and_then(Value::as_u64)
                    .and_then(|line| line.try_into().ok());
                found.push(location);
            }
        }
    }
    found
}

/// Names and values; the first of equal names wins.
fn properties(value: &Value) -> Read {
    list(value, "properties")
        .iter()
        .rev()
        .filter_map(|entry| {
            let value = entry.get("value").and_then(Value::as_str)?;
            Some((text(entry, "name")?, value.to_owned()))
        })
        .collect()
}

//! syft's own JSON, schema 11 and later: artifacts, source, distribution.

use plimsoll_model::{Inventory, Location, SourcePackage, Unknown};
use serde_json::Value;

use super::SbomError;
use super::described::{self, Builder, Described};
use super::stream::{self, Sink, Want, list, text};

pub fn read(bytes: &[u8]) -> Result<Inventory, SbomError> {
    let mut reader = Reader {
        builder: Builder::new("syft"),
    };
    stream::read(bytes, &mut reader).map_err(|error| SbomError::Broken {
        form: "syft JSON",
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
            "artifacts" => Want::Entries,
            "source" | "distro" => Want::Whole,
            _ => Want::Nothing,
        }
    }

    fn entry(&mut self, _: &str, index: usize, value: Value) {
        if value.is_object() {
            let id = text(&value, "id").unwrap_or_default();
            self.builder.package(&id, artifact(&value), None);
        } else {
            let reason = format!("artifacts[{index}] of the document is no object");
            self.builder.unknown(Unknown::whole(reason));
        }
    }

    fn value(&mut self, key: &str, value: Value) {
        match key {
            "source" => self.source(&value),
            "distro" => {
                let id = text(&value, "id").unwrap_or_default();
                let os = described::named_distribution(&id, text(&value, "versionID"));
                self.builder.target.os = os.map(|mut os| {
                    os.codename = text(&value, "versionCodename");
                    os.pretty_name = text(&value, "prettyName");
                    let like = list(&value, "idLike").iter();
                    os.id_like = like
                        .filter_map(|id| id.as_str().map(str::to_owned))
                        .collect();
                    os
                });
            }
            _ => {}
        }
    }
}

impl Reader {
    fn source(&mut self, source: &Value) {
        let target = &mut self.builder.target;
        // `metadata` since schema 11, `target` before.
        let about = source.get("metadata").or_else(|| source.get("target"));
        let about = about.unwrap_or(&Value::Null);
        let name = text(about, "userInput").or_else(|| text(source, "name"));
        let name = name.or_else(|| about.as_str().map(str::to_owned));
        target.name = name.or_else(|| text(about, "path")).unwrap_or_default();
        let digest = text(about, "manifestDigest").or_else(|| text(source, "version"));
        target.digest = digest.as_deref().and_then(described::digest);
        target.platform = described::platform(text(about, "os"), text(about, "architecture"));
    }
}

fn artifact(value: &Value) -> Described {
    let metadata = value.get("metadata").unwrap_or(&Value::Null);
    let source_name = text(metadata, "source").or_else(|| text(metadata, "originPackage"));
    let version = text(value, "version").unwrap_or_default();
    // For rpm the purl's `upstream` says it; there is no field of this shape.
    let source = source_name
        .filter(|name| !name.contains('/'))
        .map(|name| SourcePackage {
            version: text(metadata, "sourceVersion").unwrap_or_else(|| version.clone()),
            name,
        });
    let kind = text(value, "type").unwrap_or_default();
    let is_os = matches!(kind.as_str(), "deb" | "apk");
    Described {
        name: text(value, "name").unwrap_or_default(),
        version,
        purl: text(value, "purl"),
        licenses: licenses(value),
        locations: locations(value),
        source: source.filter(|_| is_os),
        cataloger: text(value, "foundBy"),
        application: kind == "binary",
        module: text(metadata, "modularityLabel"),
        properties: super::properties::Read::default(),
    }
}

/// Texts in old schemas, objects with value and expression in newer ones.
fn licenses(value: &Value) -> Vec<String> {
    list(value, "licenses")
        .iter()
        .filter_map(|license| match license {
            Value::String(text) => Some(text.clone()),
            _ => text(license, "spdxExpression").or_else(|| text(license, "value")),
        })
        .collect()
}

fn locations(value: &Value) -> Vec<Location> {
    let mut found: Vec<(bool, Location)> = list(value, "locations")
        .iter()
        .filter_map(|location| {
            let path = text(location, "path").or_else(|| text(location, "accessPath"))?;
            let layer = text(location, "layerID");
            let primary = location
                .get("annotations")
                .and_then(|notes| text(notes, "evidence"))
                .is_some_and(|evidence| evidence == "primary");
            let location = Location::file(described::path(&path))
                .in_layer(layer.as_deref().and_then(described::digest));
            Some((!primary, location))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, location)| location).collect()
}

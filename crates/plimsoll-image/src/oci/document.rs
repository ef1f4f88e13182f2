//! Parsing manifests and indexes.

use std::collections::BTreeMap;

use plimsoll_model::{Digest, Platform};
use serde::Deserialize;

use crate::Descriptor;
use crate::limits::{INDEX_MANIFESTS_MAX, LAYERS_MAX};

/// A manifest or an index, told apart by what is in it: media types are often absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    Manifest(Manifest),
    Index(ManifestIndex),
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub config: Descriptor,
    /// Lowest first.
    pub layers: Vec<Descriptor>,
    /// Sorted by key.
    pub annotations: Vec<(String, String)>,
}

/// Several images, or one for several platforms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestIndex {
    pub manifests: Vec<Descriptor>,
    /// Sorted by key.
    pub annotations: Vec<(String, String)>,
}

impl Document {
    /// Parses either. The error says what is wrong, in lower case.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if wire.schema_version.is_some_and(|version| version != 2) {
            return Err("manifest schema 1 is not supported".to_owned());
        }
        let annotations: Vec<_> = wire.annotations.unwrap_or_default().into_iter().collect();
        match (wire.manifests, wire.config) {
            // A document that is both would be read as one image here and as another elsewhere.
            (Some(_), Some(_)) => Err("both a manifest and an index".to_owned()),
            (Some(manifests), None) if wire.layers.is_some() => {
                let _ = manifests;
                Err("both a manifest and an index".to_owned())
            }
            (Some(manifests), None) => Ok(Self::Index(ManifestIndex {
                manifests: descriptors(manifests, INDEX_MANIFESTS_MAX)?,
                annotations,
            })),
            (None, Some(config)) => Ok(Self::Manifest(Manifest {
                config: config.parse()?,
                layers: descriptors(wire.layers.unwrap_or_default(), LAYERS_MAX)?,
                annotations,
            })),
            (None, None) => Err("neither a manifest nor an index".to_owned()),
        }
    }
}

fn descriptors(wire: Vec<WireDescriptor>, count_max: usize) -> Result<Vec<Descriptor>, String> {
    if wire.len() > count_max {
        return Err(format!(
            "{} entries, more than the limit of {count_max}",
            wire.len()
        ));
    }
    wire.into_iter().map(WireDescriptor::parse).collect()
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "schemaVersion")]
    schema_version: Option<u64>,
    config: Option<WireDescriptor>,
    layers: Option<Vec<WireDescriptor>>,
    manifests: Option<Vec<WireDescriptor>>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct WireDescriptor {
    #[serde(rename = "mediaType")]
    media_type: Option<String>,
    digest: String,
    size: Option<i64>,
    annotations: Option<BTreeMap<String, String>>,
    platform: Option<WirePlatform>,
    urls: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WirePlatform {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
}

impl WireDescriptor {
    fn parse(self) -> Result<Descriptor, String> {
        let digest: Digest = self.digest.parse().map_err(|error| format!("{error}"))?;
        let size_bytes = u64::try_from(self.size.unwrap_or(0))
            .map_err(|_| format!("negative size of {digest}"))?;
        Ok(Descriptor {
            media_type: self.media_type.unwrap_or_default(),
            digest,
            size_bytes,
            annotations: self.annotations.unwrap_or_default().into_iter().collect(),
            platform: self.platform.and_then(|platform| {
                Some(Platform {
                    os: platform.os.filter(|os| !os.is_empty())?,
                    architecture: platform.architecture.filter(|arch| !arch.is_empty())?,
                    variant: platform.variant.filter(|variant| !variant.is_empty()),
                })
            }),
            urls: self.urls.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn both_kinds_are_told_apart() {
        let descriptor = format!(r#"{{"digest":"{DIGEST}","size":3}}"#);
        let manifest = format!(r#"{{"config":{descriptor},"layers":[{descriptor}]}}"#);
        let index = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"digest":"{DIGEST}","size":3,
                "platform":{{"os":"linux","architecture":"arm","variant":"v7"}}}}]}}"#
        );
        assert!(matches!(
            Document::parse(manifest.as_bytes()),
            Ok(Document::Manifest(manifest)) if manifest.layers[0].size_bytes == 3
        ));
        let Ok(Document::Index(index)) = Document::parse(index.as_bytes()) else {
            panic!("an index");
        };
        let platform = index.manifests[0].platform.as_ref().unwrap();
        assert_eq!(platform.to_string(), "linux/arm/v7");
    }

    #[test]
    fn doubtful_documents_are_refused() {
        let descriptor = format!(r#"{{"digest":"{DIGEST}","size":3}}"#);
        let many = format!("[{}]", vec![descriptor.as_str(); LAYERS_MAX + 1].join(","));
        for text in [
            String::new(),
            "[]".to_owned(),
            "{}".to_owned(),
            r#"{"schemaVersion":1,"fsLayers":[]}"#.to_owned(),
            format!(r#"{{"config":{descriptor},"manifests":[]}}"#),
            r#"{"layers":[],"manifests":[]}"#.to_owned(),
            format!(r#"{{"config":{{"digest":"{DIGEST}","size":-1}}}}"#),
            r#"{"config":{"digest":"sha512:00","size":1}}"#.to_owned(),
            format!(r#"{{"config":{descriptor},"layers":{many}}}"#),
        ] {
            assert!(Document::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}

//! Manifests and lists of referrers, as far as signatures need them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{BUNDLE_BEGIN, DSSE, Form, NOTATION, SIMPLE_SIGNING};

/// Layers of one manifest: cosign appends one for each signature.
pub const LAYERS_MAX: usize = 1_000;
/// Annotations of one layer, in bytes: certificate, chain and log entry are in there.
const ANNOTATIONS_BYTES_MAX: usize = 1 << 20;

/// A manifest.
#[derive(Debug)]
pub struct Manifest {
    /// What it says it is.
    artifact_type: Option<String>,
    config_type: Option<String>,
    /// The digest it refers to.
    pub subject: Option<String>,
    pub layers: Vec<WireDescriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireManifest {
    artifact_type: Option<String>,
    config: Option<WireDescriptor>,
    subject: Option<WireDescriptor>,
    layers: Option<Vec<WireDescriptor>>,
    manifests: Option<Vec<WireDescriptor>>,
}

/// What a document says about another.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireDescriptor {
    #[serde(default)]
    pub media_type: String,
    pub artifact_type: Option<String>,
    pub digest: String,
    #[serde(default)]
    pub size: u64,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads a manifest. The error says what is wrong, in lower case.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let wire: WireManifest = serde_json::from_slice(bytes)
            .map_err(|error| format!("the manifest does not parse: {error}"))?;
        if wire.manifests.is_some() {
            return Err("an index where a manifest is wanted".to_owned());
        }
        let layers = wire.layers.ok_or("the manifest has no layers")?;
        if layers.len() > LAYERS_MAX {
            return Err(format!(
                "{} layers, more than the limit of {LAYERS_MAX}",
                layers.len()
            ));
        }
        for layer in &layers {
            let bytes: usize = (layer.annotations.iter())
                .map(|(k, v)| k.len() + v.len())
                .sum();
            if bytes > ANNOTATIONS_BYTES_MAX {
                return Err(format!(
                    "{bytes} bytes of annotations, more than the limit of {ANNOTATIONS_BYTES_MAX}"
                ));
            }
        }
        Ok(Self {
            artifact_type: wire.artifact_type,
            config_type: wire.config.map(|config| config.media_type),
            subject: wire.subject.map(|subject| subject.digest),
            layers,
        })
    }

    /// What it says it is: the artifact type, or where that is not said the configuration's.
    pub fn kind(&self) -> String {
        let kind = self.artifact_type.as_ref().or(self.config_type.as_ref());
        kind.cloned().unwrap_or_default()
    }
}

/// Reads a list of referrers.
pub fn index(bytes: &[u8]) -> Result<Vec<WireDescriptor>, String> {
    let wire: WireManifest = serde_json::from_slice(bytes)
        .map_err(|error| format!("the list does not parse: {error}"))?;
    match (wire.manifests, wire.layers) {
        (Some(manifests), None) => Ok(manifests),
        _ => Err("a list of referrers is an index".to_owned()),
    }
}

impl WireDescriptor {
    /// Whether a referrer says that it is neither a signature nor an attestation. One that does
    /// not say what it is gets looked into.
    pub fn is_of_another_kind(&self) -> bool {
        self.artifact_type.as_deref().is_some_and(|kind| {
            !(kind.is_empty()
                || kind.starts_with("application/vnd.dev.cosign")
                || kind.starts_with("application/vnd.dsse.")
                || kind.starts_with("application/vnd.in-toto")
                || kind.starts_with("application/vnd.oci.")
                || kind.starts_with(BUNDLE_BEGIN)
                || kind == NOTATION)
        })
    }

    /// How a layer of a manifest of that kind is written; `None` for what is no signature.
    pub fn form(&self, kind: &str) -> Option<Form> {
        match self.media_type.as_str() {
            SIMPLE_SIGNING => Some(Form::SimpleSigning),
            DSSE => Some(Form::Envelope),
            bundle if bundle.starts_with(BUNDLE_BEGIN) => Some(Form::Bundle),
            _ if kind == NOTATION => Some(Form::Notation),
            _ => None,
        }
    }
}

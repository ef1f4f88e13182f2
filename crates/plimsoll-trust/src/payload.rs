//! Cosign's first kind of payload, "simple signing": which image, by digest.
//!
//! The signed bytes are those of the layer, as they are; what is read here is what they say. The
//! form is that of containers/image's `container-signature(5)`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The type that cosign writes.
pub const COSIGN_TYPE: &str = "cosign container image signature";

/// A simple-signing payload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SimpleSigning {
    /// What is claimed.
    pub critical: Critical,
    /// Annotations of the signer (`cosign sign -a`), any JSON.
    #[serde(default)]
    pub optional: Option<BTreeMap<String, serde_json::Value>>,
}

/// What a verifier has to understand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Critical {
    /// The repository that the signer named.
    pub identity: Identity,
    /// Which image.
    pub image: SignedImage,
    /// [`COSIGN_TYPE`]
    #[serde(rename = "type")]
    pub kind: String,
}

/// Under which name it was signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// `registry/repository`, with or without a tag.
    #[serde(rename = "docker-reference")]
    pub docker_reference: String,
}

/// The image that is meant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedImage {
    /// `sha256:…`
    #[serde(rename = "docker-manifest-digest")]
    pub docker_manifest_digest: String,
}

//! An opened image: what its documents say, and its layers, ready to be read.

pub mod base;
pub mod config;
mod read;

use std::sync::Arc;

use plimsoll_model::{Digest, Layer, Platform, Target, TargetKind, Unknown};

pub use self::base::{BaseImage, BaseSource};
pub use self::config::{HistoryStep, ImageConfig};
use crate::Blob;

/// What is known about an image from its documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFacts {
    /// As the user named it, without the prefix.
    pub name: String,
    /// Names that the image carries where it was found: `shop/cart:2.3`. Sorted.
    pub tags: Vec<String>,
    /// Digest of the manifest; absent in docker archives that have none.
    pub manifest_digest: Option<Digest>,
    pub config_digest: Digest,
    pub platform: Platform,
    pub config: ImageConfig,
    /// Annotations of the manifest, sorted by key.
    pub annotations: Vec<(String, String)>,
    /// Lowest first.
    pub layers: Vec<Layer>,
    /// The image this one was built on, as far as it can be told.
    pub base: Option<BaseImage>,
}

impl ImageFacts {
    /// The target for reports; the distribution is for the caller to find.
    pub fn target(&self) -> Target {
        let digest = self.manifest_digest.as_ref();
        Target {
            kind: TargetKind::Image,
            name: self.name.clone(),
            digest: Some(digest.unwrap_or(&self.config_digest).clone()),
            platform: Some(self.platform.clone()),
            os: None,
        }
    }
}

/// Where a layer's bytes are.
#[derive(Clone)]
pub enum LayerBytes {
    Here(Arc<dyn Blob>),
    /// It cannot be looked at, for this reason: a foreign or an encrypted layer.
    Missing(String),
}

/// One layer that can be read.
#[derive(Clone)]
pub struct LayerSource {
    /// Digest that the manifest gives for the blob; absent in docker archives.
    pub digest: Option<Digest>,
    /// Digest that the configuration gives for the uncompressed tar.
    pub diff_id: Digest,
    /// Size as stored, in bytes, where it is known.
    pub size_bytes: Option<u64>,
    pub bytes: LayerBytes,
}

/// An image whose documents have been read and whose layers can be.
#[derive(Clone)]
pub struct Image {
    pub facts: ImageFacts,
    /// As many as `facts.layers`, in the same order.
    pub sources: Vec<LayerSource>,
    /// What was noticed on opening: layers that are not there.
    pub unknowns: Vec<Unknown>,
}

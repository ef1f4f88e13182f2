//! Layers of an image and the platform it is for.

use std::fmt;

use crate::{Digest, Timestamp};

/// One layer, in the order in which layers are laid over each other (lowest first).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Digest of the blob as stored or sent (compressed, where it is). Absent where the
    /// transport does not keep it (an engine's archive).
    pub digest: Option<Digest>,
    /// Digest of the uncompressed tar: the layer's identity everywhere in Plimsoll.
    pub diff_id: Digest,
    /// The build step that made it, from the image's history.
    pub created_by: Option<String>,
    /// When that step ran.
    pub created: Option<Timestamp>,
    /// Size of the blob as stored, in bytes.
    pub size_bytes: u64,
    /// Whether the layer came with the base image.
    pub base: bool,
}

/// Operating system and processor an image is built for, spelled as OCI does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    pub os: String,
    pub architecture: String,
    pub variant: Option<String>,
}

impl Platform {
    /// Parses `os/architecture[/variant]`; `None` for any other shape.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let os = parts.next().filter(|s| !s.is_empty())?.to_owned();
        let architecture = parts.next().filter(|s| !s.is_empty())?.to_owned();
        let variant = parts.next().map(str::to_owned);
        parts.next().is_none().then_some(Self {
            os,
            architecture,
            variant,
        })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(out, "/{variant}"),
            None => Ok(()),
        }
    }
}

//! Where bytes named by a manifest come from: a layout folder, an archive, a registry, a socket.
//!
//! Sources hand out bytes as stored. They check nothing: digests and sizes are checked by whoever
//! reads, so that a new source cannot forget to.

use std::io::{self, Read};
use std::sync::Arc;

use plimsoll_model::{Digest, Platform};

use crate::OpenError;

/// Bytes that can be read from their start, more than once.
pub trait Blob: Send + Sync {
    /// A new reader at the first byte, as stored (compressed, where it is).
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
}

/// What a manifest says about a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Empty where the document leaves it out.
    pub media_type: String,
    pub digest: Digest,
    pub size_bytes: u64,
    /// Sorted by key.
    pub annotations: Vec<(String, String)>,
    /// Only in an index.
    pub platform: Option<Platform>,
    /// Other places to have it from, for foreign layers.
    pub urls: Vec<String>,
}

impl Descriptor {
    /// A descriptor of something that is known by digest only.
    pub const fn new(digest: Digest, size_bytes: u64) -> Self {
        Self {
            media_type: String::new(),
            digest,
            size_bytes,
            annotations: Vec::new(),
            platform: None,
            urls: Vec::new(),
        }
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations
            .iter()
            .find_map(|(name, value)| (name == key).then_some(value.as_str()))
    }
}

/// Blobs named by digest.
pub trait BlobStore: Send + Sync {
    /// The bytes of a manifest or index, unchecked, at most `bytes_max` of them.
    fn manifest(&self, descriptor: &Descriptor, bytes_max: u64) -> Result<Vec<u8>, OpenError> {
        self.fetch(descriptor, bytes_max)
    }

    /// The bytes of a small blob, unchecked, at most `bytes_max` of them.
    fn fetch(&self, descriptor: &Descriptor, bytes_max: u64) -> Result<Vec<u8>, OpenError>;

    /// A blob that is read as a stream. `None` when it is known to be absent (a foreign layer).
    fn blob(&self, descriptor: &Descriptor) -> Option<Arc<dyn Blob>>;
}

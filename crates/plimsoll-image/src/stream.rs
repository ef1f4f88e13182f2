//! An image that comes as one stream of archive, as an engine sends it: read once, from front to
//! back, without being stored. Layers are known by the digests computed while they pass by; which
//! of them are the image's, and in which order, is often known only at the end.

use std::sync::Arc;

use plimsoll_model::{Digest, Unknown};

use crate::oci::Selection;
use crate::{Blob, ImageFacts, LayerSink, OpenError, ReadOptions};

/// A docker archive or OCI archive as a stream.
#[derive(Clone)]
pub struct ImageStream {
    name: String,
    source: Arc<dyn Blob>,
    selection: Selection,
}

/// What was learned while a stream passed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamRead {
    pub facts: ImageFacts,
    pub unknowns: Vec<Unknown>,
    /// Layers that were read and are not the image's: what a sink took in of them is not to count.
    pub foreign: Vec<Digest>,
}

impl ImageStream {
    /// `source` is opened once, and a second time only where a visitor wants the content of hard
    /// links. It may be compressed.
    pub fn new(name: impl Into<String>, source: Arc<dyn Blob>, selection: Selection) -> Self {
        Self {
            name: name.into(),
            source,
            selection,
        }
    }

    /// As the user named it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the stream to its end, handing each layer to the sink as it passes by.
    pub fn read<S: LayerSink>(
        &self,
        sink: &S,
        options: &ReadOptions,
    ) -> Result<StreamRead, OpenError> {
        let _ = (sink, options, &self.source, &self.selection);
        Err(OpenError::document(&self.name, "stream", "not built yet"))
    }
}

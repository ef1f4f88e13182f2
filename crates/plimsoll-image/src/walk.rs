//! How a target is read: layers one by one or side by side, entries in their order.

use plimsoll_model::Digest;

use crate::{Content, Entry};

/// Sees every entry of one layer (or of a directory), in stored order.
pub trait Visitor: Send {
    /// `content` gives nothing for what is no file.
    fn entry(&mut self, entry: &Entry<'_>, content: &mut dyn Content);
}

/// What is known of a layer before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerHead {
    /// Position, lowest first; absent while an engine streams and its manifest is still to come.
    pub index: Option<usize>,
    /// Known from the image's configuration; absent while an engine streams.
    pub diff_id: Option<Digest>,
}

/// What is known of a layer after it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerTail {
    /// Computed while reading, and equal to the head's where that had one.
    pub diff_id: Digest,
    /// Paths that this layer removes (`.wh.name` in the tar), normalised and sorted.
    pub whiteouts: Vec<String>,
    /// Directories whose lower content this layer hides (`.wh..wh..opq`), sorted.
    pub opaque: Vec<String>,
}

/// Takes the layers of an image, possibly several at once.
pub trait LayerSink: Sync {
    type Visit: Visitor;

    /// `None` when what is in this layer is known already: it is not read then.
    fn begin(&self, layer: &LayerHead) -> Option<Self::Visit>;

    /// The layer was read to its end and its digest is right.
    fn end(&self, layer: LayerTail, visit: Self::Visit);
}

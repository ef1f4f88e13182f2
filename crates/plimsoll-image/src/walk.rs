//! How a target is read: layers one by one or side by side, entries in their order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use plimsoll_model::{Digest, Unknown};

use crate::{Content, Entry, LayerIndex, Store};

/// Sees every entry of one layer (or of a directory), in stored order.
pub trait Visitor: Send {
    /// `content` gives [`ReadError::Absent`](crate::ReadError::Absent) for what is no file.
    fn entry(&mut self, entry: &Entry<'_>, content: &mut dyn Content);

    /// Asked at each hard link instead of [`Visitor::entry`]. `true`: the content is wanted, and
    /// `entry` is called later as for a file, with the link's path, the content and size of the
    /// file it points at, and that file's path as `link` (in a layer this takes a second look at
    /// the layer). `false`: the link is passed over.
    fn wants_link(&mut self, entry: &Entry<'_>) -> bool {
        let _ = entry;
        false
    }
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
    /// Computed while reading, and equal to the head's where that had one. Of a layer that is not
    /// `complete`: the head's, or the digest of the part that was read.
    pub diff_id: Digest,
    /// Digest of the blob as stored, computed while reading.
    pub blob_digest: Digest,
    /// Size of the blob as stored, in bytes.
    pub blob_bytes: u64,
    /// Size of the uncompressed tar, in bytes.
    pub bytes: u64,
    /// Every path of the layer, its whiteouts and opaque folders: what a tree is built of.
    pub index: LayerIndex,
    /// What was not looked at, in stored order; `layer` is set.
    pub unknowns: Vec<Unknown>,
    /// Whether all of it was read. `false` when a limit stopped the walk, which `unknowns` says;
    /// what was seen counts, and must not be kept as knowledge about this layer.
    pub complete: bool,
}

/// Takes the layers of an image, possibly several at once.
pub trait LayerSink: Sync {
    type Visit: Visitor;

    /// `None` when what is in this layer is known already: it is not read then.
    fn begin(&self, layer: &LayerHead) -> Option<Self::Visit>;

    /// The layer was read to its end and its digest is right (but see [`LayerTail::complete`]).
    /// Not called for layers that failed.
    fn end(&self, layer: LayerTail, visit: Self::Visit);
}

/// What reading a target needs from the caller.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Layers read side by side; each takes up to three threads.
    pub jobs: usize,
    /// Memory and temporary files for content that needs random access.
    pub store: Arc<Store>,
    /// Counts up while layers are read.
    pub progress: Arc<Progress>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            store: Store::with_defaults(),
            progress: Arc::default(),
        }
    }
}

/// How far the reading is, for a bar on a terminal.
#[derive(Debug, Default)]
pub struct Progress {
    bytes_total: AtomicU64,
    bytes_done: AtomicU64,
}

impl Progress {
    /// Bytes to be read as stored; 0 while unknown.
    pub fn bytes_total(&self) -> u64 {
        self.bytes_total.load(Ordering::Relaxed)
    }

    /// Bytes read, as stored.
    pub fn bytes_done(&self) -> u64 {
        self.bytes_done.load(Ordering::Relaxed)
    }

    /// More to be read.
    pub fn expect(&self, bytes: u64) {
        self.bytes_total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Some of it was read (or turned out to be known).
    pub fn advance(&self, bytes: u64) {
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }
}

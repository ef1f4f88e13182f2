//! Opens a target as one confined, capped tree of files with layers.
//!
//! The wall against hostile bytes: only this crate decompresses, resolves links and walks. What
//! comes out of it is bounded by named limits, and reaching one is said as an `Unknown`.

mod archive;
pub mod blob;
pub mod content;
pub mod decompress;
pub mod download;
pub mod engine;
pub mod entry;
pub mod error;
pub mod feed;
pub mod file;
pub mod folder;
#[doc(hidden)]
pub mod fuzz;
pub mod hash;
pub mod http;
pub mod image;
pub mod index;
mod layer;
pub mod limits;
pub mod oci;
pub mod open;
pub mod path;
pub mod registry;
pub mod store;
pub mod stream;
pub mod tar;
pub mod target;
#[doc(hidden)]
pub mod testing;
pub mod tree;
pub mod walk;
pub mod zip;
pub mod zlib;

pub use blob::{Blob, BlobStore, Descriptor};
pub use content::{Content, ReadAt, ReadError};
pub use entry::{Entry, EntryKind};
pub use error::OpenError;
pub use feed::{Feed, FeedFile, FeedLimits};
pub use file::{open_file, read_file_capped};
pub use folder::{Folder, FolderRead};
pub use image::{BaseImage, Image, ImageConfig, ImageFacts, LayerBytes, LayerSource};
pub use index::{IndexEntry, IndexKind, LayerIndex};
pub use oci::Selection;
pub use open::{Opened, open_path};
pub use store::Store;
pub use stream::{ImageStream, Origin, StreamRead};
pub use target::{TargetSpec, Transport};
pub use tree::{Resolved, Tree, TreeBuilder};
pub use walk::{LayerHead, LayerSink, LayerTail, Progress, ReadOptions, Visitor};
pub use zlib::inflate_zlib;

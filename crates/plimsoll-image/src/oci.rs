//! OCI manifests and indexes, and Docker's of schema 2, which have the same shape.
//!
//! OCI image specification 1.1: `manifest.md`, `image-index.md`, `descriptor.md`. Docker's schema
//! 1 is refused: nothing has produced it for years, and its digests do not cover its layers' order.

pub mod document;
pub mod resolve;

pub use self::document::{Document, Manifest, ManifestIndex};
pub use self::resolve::{Selection, open_image};

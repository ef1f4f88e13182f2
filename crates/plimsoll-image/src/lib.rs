//! Opens a target as one confined, capped tree of files with layers.
//!
//! The wall against hostile bytes: only this crate decompresses, resolves links and walks. What
//! comes out of it is bounded by named limits, and reaching one is said as an `Unknown`.

pub mod content;
pub mod entry;
pub mod walk;

pub use content::{Content, ReadAt, ReadError};
pub use entry::{Entry, EntryKind};
pub use walk::{LayerHead, LayerSink, LayerTail, Visitor};

//! What the advisory sources share: reading files side by side, the OSV schema, ecosystem names,
//! ids, dates, YAML.
//!
//! Everything here is handed bytes from outside and answers with items; what cannot be read
//! becomes an [`Item::Skipped`] with its path and the reason. Nothing here opens or decompresses.

pub(crate) mod batch;
pub(crate) mod collect;
pub(crate) mod csv;
pub(crate) mod dates;
pub(crate) mod ecosystems;
pub(crate) mod ids;
pub(crate) mod osv;
mod osv_affected;
mod osv_ranges;
mod osv_schema;
pub(crate) mod releases;
#[cfg(test)]
pub(crate) mod show;
pub(crate) mod words;
pub(crate) mod yaml;

use crate::Item;

/// Longest id, package name or version taken from a feed, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 512;

/// A part that could not be read.
pub(crate) fn skipped(path: impl Into<String>, reason: impl ToString) -> Item {
    Item::Skipped {
        path: path.into(),
        reason: reason.to_string(),
    }
}

/// Whether a name, id or version has a length and characters that can be kept and shown.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.chars().any(char::is_control)
}

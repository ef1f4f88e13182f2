//! What the advisory sources share: reading files side by side, the OSV schema, ecosystem names,
//! ids, dates, YAML.
//!
//! Everything here is handed bytes from outside and answers with items; what cannot be read
//! becomes an [`Item::Skipped`] with its path and the reason. Nothing here opens or decompresses.

pub(crate) mod batch;
pub(crate) mod bounds;
pub(crate) mod changelog;
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
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers hand over errors and literals alike"
)]
pub(crate) fn skipped(path: impl Into<String>, reason: impl ToString) -> Item {
    /// A reason may hold the line that it is about, which may have no end.
    const REASON_CHARS_MAX: usize = 300;
    Item::Skipped {
        path: path.into(),
        reason: reason.to_string().chars().take(REASON_CHARS_MAX).collect(),
    }
}

/// Whether a name, id or version has a length and characters that can be kept and shown.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.chars().any(char::is_control)
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a path ends in one of these extensions, in any case.
pub(crate) fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let extension = file_name(path).rsplit_once('.').map(|(_, end)| end);
    extension.is_some_and(|end| {
        extensions
            .iter()
            .any(|known| end.eq_ignore_ascii_case(known))
    })
}

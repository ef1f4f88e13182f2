//! Package databases that belong to another root filesystem.

use crate::CatalogError;

/// An error unless `path` is one of the places where the target's own database lies.
pub(crate) fn refuse_nested(path: &str, own: &[&str]) -> Result<(), CatalogError> {
    if own.contains(&path) {
        return Ok(());
    }
    Err(CatalogError::new(
        "package database of a root filesystem inside this one is not read",
    ))
}

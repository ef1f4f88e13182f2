//! The written-out list of catalogers. One file, one line.

use crate::Cataloger;

/// Every cataloger, sorted by id. A test holds this list against the folder.
pub const CATALOGERS: &[&dyn Cataloger] = &[];

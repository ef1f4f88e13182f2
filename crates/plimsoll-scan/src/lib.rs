//! Walks a target once: catalogers read package databases and lockfiles, then the inventory is
//! put together from the layers.
//!
//! A cataloger is handed bytes; it never walks, opens or downloads. It cannot fail a scan: it
//! returns what it found, or the reason why not becomes an `Unknown`; its panic is caught.

pub mod cataloger;
pub mod catalogers;
pub mod dispatch;
pub mod layer;
pub mod merge;
pub mod purls;
pub mod stored;

pub use cataloger::{CatalogError, Cataloger, Facts, File, Found, OwnedFiles, Pattern};

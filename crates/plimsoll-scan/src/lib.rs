//! Walks a target once: catalogers read package databases and lockfiles, then the inventory is
//! put together from the layers.
//!
//! A cataloger is handed bytes; it never walks, opens or downloads. It cannot fail a scan: it
//! returns what it found, or the reason why not becomes an `Unknown`; its panic is caught.

pub mod cataloger;
pub mod catalogers;
pub mod collector;
mod deb822;
pub mod dispatch;
pub mod distribution;
mod dpkg;
mod executable;
#[doc(hidden)]
pub mod fuzz_lang_a;
#[doc(hidden)]
pub mod fuzz_lang_b;
#[doc(hidden)]
pub mod fuzz_os;
pub mod layer;
mod licenses;
mod maven;
pub mod merge;
mod nested;
mod node;
mod owned;
mod php;
mod problems;
mod programs;
pub mod purls;
mod python;
pub mod reading;
mod rpm;
pub mod scan;
pub mod stored;
pub mod syntax;
#[cfg(test)]
mod testing;

pub use cataloger::{
    CatalogError, Cataloger, Facts, File, Found, OwnedFiles, PackageLicenses, Pattern,
};
pub use reading::Cache;
pub use scan::{ScanOptions, folder_inventory, image_inventory, stream_inventory};

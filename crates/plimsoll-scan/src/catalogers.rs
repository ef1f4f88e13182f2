//! The written-out list of catalogers. One file, one line.

use crate::Cataloger;

mod apk_installed;
mod dpkg_files;
mod dpkg_status;
mod dpkg_status_d;
mod go_binary;

/// Every cataloger, sorted by id. A test holds this list against the folder.
pub const CATALOGERS: &[&dyn Cataloger] = &[
    &apk_installed::ApkInstalled,
    &dpkg_files::DpkgFiles,
    &dpkg_status::DpkgStatus,
    &dpkg_status_d::DpkgStatusD,
    &go_binary::GoBinary,
];

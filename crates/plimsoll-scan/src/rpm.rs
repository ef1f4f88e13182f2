//! rpm's package database, in the three forms it has had, and the package headers in it.
//!
//! Reads SQLite, NDB and Berkeley DB files page by page where they lie, without their libraries:
//! the bytes come from an image and are believed nowhere. Each page is visited at most once, so
//! that a loop ends and the work is bounded by the size of the file. Nothing is written, no index
//! is used, no lock is taken.

pub(crate) mod bdb;
pub(crate) mod header;
pub(crate) mod inventory;
pub(crate) mod ndb;
pub(crate) mod pages;
pub(crate) mod sqlite;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

//! Databases that are made here.

//! From events to containers.

pub mod path;

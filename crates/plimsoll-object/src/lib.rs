//! Kubernetes objects in YAML and JSON, with the place of everything.
//!
//! What checks, reachability and access all stand on: a tree that knows where each value is written,
//! the objects in it and the pods that they make, label selectors, quantities, schedules, names of
//! images, the comments that let a finding through, and the way from what was rendered back to what was
//! written. Opens nothing and judges nothing.

pub mod allow;
pub mod cron;
pub mod image;
pub mod object;
pub mod quantity;
pub mod selector;
pub mod split;
pub mod trace;
pub use object::{Container, Object, Pod, Role, objects};
pub use plimsoll_yaml as yaml;

/// A file as it was handed in.
#[derive(Debug, Clone)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

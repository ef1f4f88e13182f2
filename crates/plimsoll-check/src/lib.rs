//! Checks of configuration: Kubernetes objects, and what makes them.
//!
//! Is handed bytes and time; opens nothing, asks no cluster, reads no clock.

pub mod access;
mod allow;
mod amount;
mod api_versions;
mod check;
pub mod checks;
mod command;
mod cron;
mod finding;
mod flags;
pub mod frameworks;
mod grants;
mod image;
mod look;
mod mounts;
#[cfg(test)]
#[expect(dead_code, reason = "used by the next checks")]
mod names;
pub mod network;
mod object;
mod placement;
mod probe;
mod prune;
mod quantity;
mod run;
mod secret_words;
pub mod selector;
mod sources;
mod split;
pub mod standards;
mod workload;
mod world;
mod worst;
pub mod yaml;

pub use check::{Check, Defect, Persona, Said, Test};
pub use checks::CHECKS;
pub use object::{Container, Object, Pod, Role, objects};
pub use run::{Checked, File, Options, check};
pub use world::World;

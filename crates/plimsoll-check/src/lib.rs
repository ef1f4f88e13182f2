//! Checks of configuration: Kubernetes objects, and what makes them.
//!
//! Is handed bytes and time; opens nothing, asks no cluster, reads no clock.

mod amount;
pub mod api_versions;
mod budgets;
mod check;
pub mod checks;
mod command;
pub mod compose;
mod fields;
mod finding;
mod flags;
pub mod frameworks;
mod grants;
mod known;
mod look;
pub mod mend;
mod mounts;
pub mod names;
mod options;
mod placement;
mod pods;
mod policies;
mod probe;
mod prune;
pub mod quadlet;
mod refs;
mod routes;
mod run;
mod secret_words;
pub mod service;
mod sources;
pub mod standards;
mod twice;
mod volume_plugins;
mod webhooks;
mod workload;
mod world;
mod worst;

pub use check::{Check, Defect, Persona, Said, Test};
pub use checks::CHECKS;
pub use look::check_object;
pub use options::Options;
pub use run::{Checked, check};
pub use world::World;

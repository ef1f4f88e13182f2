//! Checks of configuration: Kubernetes objects, and what makes them.
//!
//! Is handed bytes and time; opens nothing, asks no cluster, reads no clock.

mod allow;
mod check;
pub mod checks;
pub mod frameworks;
mod object;
mod run;
mod secret_words;
pub mod standards;
mod world;
pub mod yaml;

pub use check::{Check, Defect, Persona, Said, Test};
pub use checks::CHECKS;
pub use object::{Container, Object, Pod, Role, objects};
pub use run::{Checked, File, Options, check};
pub use world::World;

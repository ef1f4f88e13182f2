//! The sensor: loads kernel programs, reads the ring buffer, joins events with containers.
//!
//! Linux only. Programs are C in `bpf/`, compiled by clang in the build and loaded by aya.

mod attach;
pub mod attribution;
mod capped;
pub mod doctor;
mod environment;
pub mod filter;
pub mod hooks;
pub mod host;
pub mod load;
mod memory;
mod object;
pub mod respond;
mod ring;
pub mod shared;
pub mod snapshot;
mod start;

pub use attach::cgroup_root;
pub use filter::Filter;
pub use load::{LoadError, Loss, Options, ProgramState, Sensor, State};
pub use object::object;

//! The sensor: loads kernel programs, reads the ring buffer, joins events with containers.

pub mod attribution;
mod capped;
pub mod doctor;
pub mod respond;
pub mod snapshot;

//! The sensor: loads kernel programs, reads the ring buffer, joins events with containers.

mod capped;
pub mod doctor;
pub mod respond;

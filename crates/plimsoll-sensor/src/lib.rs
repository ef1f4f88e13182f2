//! The sensor: loads kernel programs, reads the ring buffer, joins events with containers.

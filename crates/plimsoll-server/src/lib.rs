//! The server. So far: the admission webhook.
//!
//! [`admission`] is a pure, blocking core: bytes and the time in, bytes out; it opens nothing and reads
//! no clock. [`edge`] stands between it and the network: TLS, limits, deadlines, shedding. Neither
//! reads configuration nor writes to the terminal: files come as bytes, remarks go to whoever started
//! the server.

pub mod admission;
pub mod edge;

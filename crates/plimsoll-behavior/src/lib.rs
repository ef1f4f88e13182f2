//! From event to behavior to alert: a state machine without a kernel.
//!
//! Is handed records (from the ring buffer or a recorded trace) and keeps what they tell of
//! processes, files, sockets and containers; judges each event by rules in the Falco language. Opens
//! no socket, reads no clock and no environment: the same records and rules give the same alerts.

pub mod alert;
pub mod dns;
pub mod engine;
pub mod event_json;
pub mod fields;
pub mod own;
pub mod pipeline;
pub mod rules;
pub mod scenario;
pub mod state;
pub mod trace;
pub mod wire;

pub use alert::Alert;
pub use engine::{Engine, Match};
pub use state::{Moment, State};
pub use wire::{Record, RecordError, RecordWriter};

//! Takes alerts out of the process: to files, syslog, HTTP receivers and programs; and figures to
//! Prometheus.
//!
//! Each output has a thread and a bounded queue of its own, so that a slow receiver hurts neither the
//! sensor nor another output. What does not fit into a queue is dropped and counted; what fails is
//! tried again with growing pauses where that can help. Nothing here decides what an alert is or
//! which one goes out, and nothing writes to the terminal: [`Notifier::status`] says what went wrong.

mod lane;
mod message;
pub mod metrics;
mod notifier;
pub mod outputs;
mod target;

pub use message::{Form, Message};
pub use notifier::{Notifier, OutputStatus};
pub use outputs::{Output, SendError};
pub use target::{TARGETS, Target, TargetError, TargetOptions};

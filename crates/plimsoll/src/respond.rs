//! Responses while watching: what the policy decides about each alert, carried out and written down.
//!
//! Deciding is the policy's (`plimsoll_policy::response`), doing is the sensor's
//! (`plimsoll_sensor::respond`); here they meet, and everything that was decided goes into the audit
//! trail. Under replay orders are made and written nowhere: it shows what would have been done.

mod desk;
mod entry;
mod hands;
mod order;
pub mod trail;

pub use desk::{Desk, Told};
pub use entry::Entry;
pub use hands::Hands;
pub use order::{Answers, Order};
pub use trail::Trail;

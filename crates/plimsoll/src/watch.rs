//! Watching: from the kernel's events to alerts that go out, for as long as it is wanted.
//!
//! [`Work`] is the one thread that takes events, judges them and tells; everything it needs of the
//! machine comes through [`Source`], so that tests feed it without a kernel. What it says goes to
//! outputs (`plimsoll-notify`) and as [`Update`]s to whoever shows it.

mod asked;
mod budget;
mod configured;
mod gap;
mod headers;
mod layers;
mod live;
mod plan;
mod recorder;
mod reload;
mod scope;
mod seat;
mod signals;
mod tally;
#[cfg(test)]
mod tests;
mod usage;
pub mod wanted;
mod work;

pub use budget::Budget;
pub use configured::{Configured, Taken};
pub use gap::StateFile;
pub use layers::judging as layered;
pub use live::Live;
pub use plan::{Judging, Plan};
pub use recorder::Recorder;
pub use reload::{FILE_BYTES_MAX as RULE_FILE_BYTES_MAX, RuleFiles, folder as rule_folder};
pub use seat::Seat;
pub use signals::Signals;
pub use work::{Parts, Source, Update, Work};

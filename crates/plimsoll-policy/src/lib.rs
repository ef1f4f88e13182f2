//! The load line: what a policy asks for, what it lets through, and the verdict.
//!
//! Is handed text, findings and time; reads no file, no clock and no environment. The same policy
//! gives the same verdict on a laptop, in a pipeline, at admission and on the node.

pub mod admission;
pub mod builtin;
pub mod condition;
pub mod document;
pub mod error;
pub mod exception;
pub mod expression;
pub mod glob;
pub mod ignore_files;
pub mod judge;
pub mod response;
pub mod rule;
pub mod suggest;
pub mod watch_settings;

pub use admission::{Admission, Otherwise, Trouble};
pub use document::{Document, Settings};
pub use error::PolicyError;
pub use exception::{Exception, Origin};
pub use judge::{Case, judge};
pub use response::{Answer, Decision, Responder, Response};
pub use rule::{Modes, Policy, Rule};
pub use watch_settings::WatchSettings;

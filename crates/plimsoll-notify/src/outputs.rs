//! Where alerts go: one file for each kind of output.

use std::sync::Arc;
use std::time::Duration;

use crate::Message;

pub mod file;
pub mod http;
pub mod program;
pub mod stream;
pub mod syslog;

/// One place to which alerts go. Runs on a thread of its own and may block.
pub trait Output: Send {
    /// Most alerts that it takes at once.
    fn batch_max(&self) -> usize {
        1
    }

    /// Delivers alerts, all of them or none; nothing of a batch that failed may be left behind,
    /// where that can be helped.
    fn send(&mut self, batch: &[Arc<Message>]) -> Result<(), SendError>;

    /// Opens anew what somebody may have moved away (log rotation).
    fn reopen(&mut self) -> Result<(), SendError> {
        Ok(())
    }

    /// Ends what runs, when there will be no more alerts.
    fn finish(&mut self) {}
}

/// Why alerts were not delivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    /// In words, in lower case.
    pub reason: String,
    /// Whether trying again may help.
    pub may_pass: bool,
    /// When the receiver said that it wants to be asked again.
    pub after: Option<Duration>,
}

impl SendError {
    /// Trying again may help.
    pub fn passing(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            may_pass: true,
            after: None,
        }
    }

    /// These alerts will never be taken.
    pub fn lasting(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            may_pass: false,
            after: None,
        }
    }
}

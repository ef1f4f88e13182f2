//! Alerts as lines to a stream, such as standard output.

use std::io::{ErrorKind, Write};
use std::sync::Arc;

use super::{Output, SendError};
use crate::{Form, Message};

/// Lines to a stream.
pub struct StreamOutput<W> {
    stream: W,
    form: Form,
}

impl<W: Write + Send> StreamOutput<W> {
    pub const fn new(stream: W, form: Form) -> Self {
        Self { stream, form }
    }
}

impl<W: Write + Send> Output for StreamOutput<W> {
    fn send(&mut self, batch: &[Arc<Message>]) -> Result<(), SendError> {
        for message in batch {
            let written = writeln!(self.stream, "{}", message.form(self.form));
            written
                .and_then(|()| self.stream.flush())
                .map_err(|error| match error.kind() {
                    ErrorKind::BrokenPipe => SendError::lasting("whoever read it went away"),
                    _ => SendError::passing(error.to_string()),
                })?;
        }
        Ok(())
    }
}

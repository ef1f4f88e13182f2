//! Alerts as lines of JSON on the standard input of a program that keeps running, as Falco's
//! `program_output` with `keep_alive`. A program that ended is started again.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

use super::{Output, SendError};
use crate::{Form, Message};

/// Lines to a program.
pub struct ProgramOutput {
    /// For `sh -c`.
    command: String,
    running: Option<(Child, ChildStdin)>,
}

impl ProgramOutput {
    /// The program is started with the first alert.
    pub const fn new(command: String) -> Self {
        Self {
            command,
            running: None,
        }
    }

    fn start(&self) -> Result<(Child, ChildStdin), SendError> {
        let fails = |reason: &str| SendError::passing(format!("the program {reason}"));
        // Its own output goes where ours does not go: data on our standard output is ours.
        let mut child = Command::new("/bin/sh")
            .args(["-c", &self.command])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| fails(&format!("did not start: {error}")))?;
        let stdin = child.stdin.take().ok_or_else(|| fails("has no input"))?;
        Ok((child, stdin))
    }
}

impl Output for ProgramOutput {
    fn send(&mut self, batch: &[Arc<Message>]) -> Result<(), SendError> {
        let mut text = String::new();
        for message in batch {
            text.push_str(message.form(Form::Json));
            text.push('\n');
        }
        let (mut child, mut stdin) = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        if let Err(error) = stdin.write_all(text.as_bytes()) {
            drop(stdin);
            let ended = child.wait().map_or_else(
                |error| error.to_string(),
                |status| format!("it ended with {status}"),
            );
            let reason = format!("the program reads no more ({error}; {ended})");
            return Err(SendError::passing(reason));
        }
        self.running = Some((child, stdin));
        Ok(())
    }

    fn finish(&mut self) {
        if let Some((mut child, stdin)) = self.running.take() {
            // The end of its input is its sign to end; whoever finishes us has a deadline.
            drop(stdin);
            let _ = child.wait();
        }
    }
}

//! `version compare`: how two versions order.

use std::io;

use plimsoll_vuln::pairs::{self, CompareError, sign};

use crate::cli::VersionCommand;
use crate::commands::EXIT_ALLOWED;
use crate::failure::Failure;
use crate::outputs;

pub fn run(command: VersionCommand) -> Result<u8, Failure> {
    let VersionCommand::Compare { scheme, a, b } = command;
    if let (Some(a), Some(b)) = (a, b) {
        let ordering = pairs::compare_pair(&scheme, &a, &b).map_err(|error| failed(&error))?;
        outputs::print(&format!("{}\n", sign(ordering)))?;
    } else {
        let stdout = io::BufWriter::new(io::stdout().lock());
        pairs::compare_lines(&scheme, io::stdin().lock(), stdout)
            .map_err(|error| failed(&error))?;
    }
    Ok(EXIT_ALLOWED)
}

fn failed(error: &CompareError) -> Failure {
    match error {
        CompareError::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Failure::broken_pipe()
        }
        CompareError::Line { .. } => Failure::new(format!("failed to {error}"))
            .hint("write two versions a line with a blank between them"),
        _ => Failure::new(format!("failed to {error}")),
    }
}

//! Ctrl-C and a request to end: nothing half-written stays behind, and the end is said.
//!
//! Reading a target changes nothing outside of the cache, so that there is nothing to wait for.

use std::io::{IsTerminal, Write};

use crate::atomic;

/// Exit code of an interrupted run, as shells count it for SIGINT.
pub const EXIT_INTERRUPTED: i32 = 130;

/// Begins to listen. A signal that whoever started us has turned off (`nohup`) stays off; then,
/// and where this fails, signals do what they do to any program.
pub fn listen() {
    let _ = ctrlc::try_set_handler(|| {
        atomic::abandon_all();
        let stderr = std::io::stderr();
        let clear_line = if stderr.is_terminal() {
            "\r\x1b[2K"
        } else {
            ""
        };
        let _ = writeln!(
            stderr.lock(),
            "{clear_line}interrupted: nothing was written that is not whole"
        );
        std::process::exit(EXIT_INTERRUPTED);
    });
}
